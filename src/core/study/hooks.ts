import type { AbortSignalLike } from "../abort";

/** Cancel, progress and remarks of one long call. */
export interface Hooks {
  readonly signal: AbortSignalLike;
  readonly onProgress?: (done: number, total: number) => void;
  /** Hears what the device makes it do otherwise than it was asked to, a sentence. */
  readonly onNote?: (sentence: string) => void;
}
