import type { AbortSignalLike } from "../abort";
import type { Question } from "../corpus/corpus";
import type { StudyConfig } from "./config";
import type { StudyEvent } from "./events";
import type { Hooks } from "./hooks";
import type { StudyPorts } from "./ports";
import type { ResumePoint } from "./replay";

/** What every stage of one run shares. */
export interface Run {
  readonly config: StudyConfig;
  readonly ports: StudyPorts;
  readonly signal: AbortSignalLike;
  readonly pause: AbortSignalLike | null;
  /** Asked again and again as training goes, to be looked at. */
  readonly pinned: readonly Question[];
  /** Marks where a resumed run leaves what it found done; nothing the second time, or in a first run. */
  readonly goOn: (from: ResumePoint) => void;
  readonly report: (event: StudyEvent) => void;
  /** Reports a sentence the first time that it is said. */
  readonly note: (sentence: string) => void;
}

/** Cancel and progress for one call to a port: its progress becomes the phase's. */
export function hooksOf({ signal, report }: Run): Hooks {
  return { signal, onProgress: (done, total) => report({ kind: "progress", done, total }) };
}
