import type { AbortSignalLike } from "../abort";

/** The encoder that comes with the app: any other is fetched from a hub, or named by its folder. */
export const BUILT_IN_ENCODER = "use-lite";

export interface EmbedOptions {
  readonly signal?: AbortSignalLike;
  /** Texts embedded so far, and texts in all. Called after each batch. */
  readonly onProgress?: (done: number, total: number) => void;
}

/**
 * Turns texts into unit vectors whose dot products are their similarities.
 *
 * `name` and `revision` go into the study's report: the same pair must give the same vectors. A text's vector does
 * not depend on the texts beside it, so a score computed again later equals that of the run.
 */
export interface Encoder {
  readonly name: string;
  readonly revision: string;
  /**
   * @returns one vector a text, in order.
   * @throws RangeError naming the first empty text: it has no meaning to compare.
   */
  embed(texts: readonly string[], options?: EmbedOptions): Promise<readonly Float32Array[]>;
}
