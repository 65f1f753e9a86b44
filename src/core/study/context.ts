import type { AbortSignalLike } from "../abort";
import type { StudyConfig } from "./config";
import type { StudyEvent } from "./events";
import type { Hooks } from "./hooks";
import type { StudyPorts } from "./ports";

/** What every stage of one run shares. */
export interface Run {
  readonly config: StudyConfig;
  readonly ports: StudyPorts;
  readonly signal: AbortSignalLike;
  readonly report: (event: StudyEvent) => void;
}

/** Cancel and progress for one call to a port: its progress becomes the phase's. */
export function hooksOf({ signal, report }: Run): Hooks {
  return { signal, onProgress: (done, total) => report({ kind: "progress", done, total }) };
}
