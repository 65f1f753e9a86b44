import type { StudyConfig } from "./config";

/** A setting with its value in each of several studies, in their order; undefined where a study has no such setting. */
export interface SettingRow {
  /** Keys from the top: ["ppo", "learningRate"]. */
  readonly path: readonly string[];
  readonly values: readonly unknown[];
  /** Whether the studies differ in it. */
  readonly differs: boolean;
}

/** Every setting of the studies, side by side, in the order in which the first has them. Lists are one value. */
export function settingRows(configs: readonly StudyConfig[]): SettingRow[] {
  const rows = new Map<string, SettingRow["path"]>();
  for (const config of configs) {
    for (const path of pathsOf(config)) rows.set(path.join("."), path);
  }
  return [...rows.values()].map((path) => {
    const values = configs.map((config) => valueAt(config, path));
    const texts = values.map((value) => JSON.stringify(value));
    return { path, values, differs: texts.some((text) => text !== texts[0]) };
  });
}

/** What a study has other than another: the rows of `settingRows` that differ, but for how often it saves. */
export function differences(config: StudyConfig, from: StudyConfig): SettingRow[] {
  return settingRows([config, from]).filter(
    ({ path, differs }) => differs && path[0] !== "checkpoints",
  );
}

function pathsOf(tree: object, above: readonly string[] = []): string[][] {
  return Object.entries(tree).flatMap(([key, value]: [string, unknown]) => {
    const path = [...above, key];
    return isTree(value) ? pathsOf(value, path) : [path];
  });
}

function valueAt(tree: unknown, [key, ...rest]: readonly string[]): unknown {
  if (key === undefined) return tree;
  return isTree(tree) ? valueAt((tree as Record<string, unknown>)[key], rest) : undefined;
}

function isTree(x: unknown): x is object {
  return typeof x === "object" && x !== null && !Array.isArray(x);
}
