/**
 * All that the first view needs in one chunk. Left to itself the bundler cuts it into as many as there are sets of lazy pages that
 * share a module, several dozen: each compressed by itself, which makes them a tenth larger together, and each asked for.
 */
import type { Rolldown } from "vite";

/** @param entry  path of the module that the page loads. */
export function firstView(entry: string): Rolldown.CodeSplittingNameFunction {
  let needed: ReadonlySet<string> | null = null;
  return (id, graph) => {
    needed ??= staticallyImported(entry, (of) => graph.getModuleInfo(of)?.importedIds ?? []);
    return needed.has(id) ? "first-view" : null;
  };
}

function staticallyImported(
  entry: string,
  importsOf: (id: string) => readonly string[],
): ReadonlySet<string> {
  const found = new Set([entry]);
  for (const id of found) for (const imported of importsOf(id)) found.add(imported); // grows as it is walked
  return found;
}
