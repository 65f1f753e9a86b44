/** What a task asks of a model: how likely it finds given continuations. */
import type { AbortSignalLike } from "../abort";

export interface Continuation {
  readonly prompt: string;
  /** With the space before it, where there is one. */
  readonly continuation: string;
}

/** Σ log p of the continuation's tokens after the prompt, in nats; null where the two are too long for the model. */
export type LogProb = number | null;

export interface ContinuationModel {
  readonly name: string;
  /**
   * One log-probability a continuation, in order. Those of one call are computed together, and do not depend on other calls.
   */
  logProbs(
    continuations: readonly Continuation[],
    options?: { readonly signal?: AbortSignalLike },
  ): Promise<readonly LogProb[]>;
}

/**
 * softmax of log-probabilities: the probability of each choice, given that one of them is said.
 * @throws RangeError for none, or for one that is not a number.
 */
export function amongChoices(logProbs: readonly number[]): number[] {
  if (logProbs.length === 0 || !logProbs.every(Number.isFinite)) {
    throw new RangeError(`log-probabilities must be numbers, got [${logProbs.join(", ")}]`);
  }
  const largest = Math.max(...logProbs);
  const powers = logProbs.map((logProb) => Math.exp(logProb - largest));
  const total = powers.reduce((a, b) => a + b);
  return powers.map((power) => power / total);
}
