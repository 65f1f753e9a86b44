import type { AbortSignalLike } from "../abort";

/** Cancel and progress of one long call. */
export interface Hooks {
  readonly signal: AbortSignalLike;
  readonly onProgress?: (done: number, total: number) => void;
}
