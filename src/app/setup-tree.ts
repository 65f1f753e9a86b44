/** Settings as a tree: reading and changing one by its path, leaving the tree given as it was. */
import { checkConfig } from "../core/study/check-config";
import type { StudyConfigInput } from "../core/study/config";

export type Path = readonly string[];
type Tree = Readonly<Record<string, unknown>>;

/** An API of which everything can be left out but address and model, to learn what the rest defaults to. */
const ANY_API = { kind: "chat", baseUrl: "http://localhost/v1", model: "any" } as const;

/** What each field is if it is left alone, given preset, corpus and kind of aligned model; a required one has no entry. */
export function defaultsFor({ preset, corpus = "demo", aligned: chosen }: StudyConfigInput): Tree {
  const isApi = chosen?.kind === "chat";
  const begin = { preset, corpus, ...(isApi && { aligned: ANY_API }) };
  const { config } = checkConfig(begin);
  if (config === null) return defaultsFor({ preset: "recommended", corpus }); // an unknown preset, from an old file
  if (config.aligned.kind === "recorded") return config;
  const required = new Set(["baseUrl", "model"]);
  const others = Object.entries(config.aligned).filter(([key]) => !required.has(key));
  return { ...config, aligned: Object.fromEntries(others) };
}

/** undefined where the path leads nowhere. */
export function getAt(tree: unknown, [key, ...rest]: Path): unknown {
  if (key === undefined) return tree;
  return isTree(tree) ? getAt(tree[key], rest) : undefined;
}

/** A new tree with the value there; undefined takes it away, and with it a group that would be empty. */
export function setAt(tree: unknown, [key, ...rest]: Path, value: unknown): unknown {
  if (key === undefined) return value;
  const here = isTree(tree) ? tree : {};
  const changed = setAt(here[key], rest, value);
  const isGone = changed === undefined || (isTree(changed) && Object.keys(changed).length === 0);
  if (!isGone) return { ...here, [key]: changed };
  return Object.fromEntries(Object.entries(here).filter(([other]) => other !== key));
}

/** Equal values; lists by their items. */
export function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}

function isTree(x: unknown): x is Tree {
  return typeof x === "object" && x !== null && !Array.isArray(x);
}
