/** Pairs of answers that contradict each other, by a model of natural-language inference. */
import type { AbortSignalLike } from "../abort";
import { pairs } from "../sage/similarity";
import { type Measured, meanMeasure } from "./measured";

/** Probabilities that one text contradicts, leaves open or follows from another; they sum to 1. */
export interface Inference {
  readonly contradiction: number;
  readonly neutral: number;
  readonly entailment: number;
}

export interface TextPair {
  readonly premise: string;
  readonly hypothesis: string;
}

/** A cross-encoder: it reads both texts at once. */
export interface InferenceModel {
  readonly name: string;
  readonly revision: string;
  /** One result a pair, in order; no pair's result depends on the others. */
  infer(
    pairs: readonly TextPair[],
    options?: {
      readonly signal?: AbortSignalLike;
      readonly onProgress?: (done: number, total: number) => void;
    },
  ): Promise<readonly Inference[]>;
}

/** Both directions of each pair of answers, in the order of `pairs(n)`: first as premise, then second. */
export function bothDirections(answers: readonly string[]): TextPair[] {
  return pairs(answers.length).flatMap(([i, j]) => [
    { premise: answers[i]!, hypothesis: answers[j]! },
    { premise: answers[j]!, hypothesis: answers[i]! },
  ]);
}

/**
 * Whether each pair contradicts: contradiction is the likeliest of the three in at least one direction.
 *
 * @param inferences  [2·pairs] in the order of `bothDirections`.
 * @throws RangeError for an odd number of them or a probability that is not finite.
 */
export function contradictions(inferences: readonly Inference[]): boolean[] {
  if (inferences.length % 2 !== 0) {
    throw new RangeError(`a pair has two directions, got ${inferences.length} in all`);
  }
  const likeliest = inferences.map(({ contradiction, neutral, entailment }) => {
    if (![contradiction, neutral, entailment].every(Number.isFinite)) {
      throw new RangeError(
        `probabilities must be numbers, got ${contradiction}, ${neutral}, ${entailment}`,
      );
    }
    return contradiction > neutral && contradiction > entailment;
  });
  return Array.from(
    { length: likeliest.length / 2 },
    (_, pair) => likeliest[2 * pair]! || likeliest[2 * pair + 1]!,
  );
}

/**
 * Share of pairs that contradict each other.
 * @see Raj et al. 2022, arXiv:2211.05853, §3: agreement of pairs by contradiction.
 */
export function contradictionRate(pairs: readonly boolean[]): Measured {
  return meanMeasure(pairs.map(Number), "a contradiction needs 2 answers");
}
