/** The target model that a command or a config names: the demo's, a hub's, or a folder's. */
import { resolve } from "node:path";
import { DEFAULT_HUB, hubTarget, parseTarget } from "../core/models/target";
import type { StudyConfig } from "../core/study/config";
import type { ModelFiles } from "../engine/gpt2/load";
import { modelFiles } from "./assets";
import { readingInput } from "./errors";
import { hubModel } from "./hub-model";
import { interruptible } from "./interrupt";

export const TARGET_HELP = `"demo", a folder in the hub's layout, or hub:owner/name@revision; docs/models.md`;

interface Place {
  /** The folder that a path is relative to. */
  readonly relativeTo?: string;
  /** The hub's address in the config; STEADFAST_HUB takes its place. */
  readonly host?: string;
}

/**
 * A model's files. One of a hub is loaded into the cache first, unless it is there.
 * @throws UsageError if there is no such model; HubError if the hub does not give it.
 */
export async function openModel(
  target: string,
  { relativeTo = ".", host = DEFAULT_HUB }: Place = {},
): Promise<ModelFiles> {
  const parsed = await readingInput(() => parseTarget(target));
  if (parsed.kind !== "hub") return modelFiles(target, relativeTo);
  return hubModel(parsed, process.env["STEADFAST_HUB"] || host, interruptible());
}

/** A branch moves: what was loaded goes into the config, so that a study that goes on is of the same model. */
export function pinTarget(config: StudyConfig, { origin }: ModelFiles): StudyConfig {
  const parsed = parseTarget(config.target);
  if (parsed.kind !== "hub" || !origin?.revision) return config;
  return { ...config, target: hubTarget(parsed.name, origin.revision) };
}

/** An option's target: a folder is relative to where one is, or to `relativeTo`, whatever the config's is relative to. */
export function targetOption(target: string, relativeTo = "."): string {
  return parseTarget(target).kind === "folder" ? resolve(relativeTo, target) : target;
}
