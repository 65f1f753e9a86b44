/** What an answer loses whatever the others say: shares in [0, 1], 0 where nothing is wrong. */
import { distinct, wordsOf } from "../metrics/distinct";
import { cosine } from "../sage/similarity";
import type { RewardConfig } from "./config";
import { refusalIn } from "./refusal";

/**
 * How far the number of words lies outside its bounds, as a share of the bound:
 * (shortest − words)/shortest below, min(1, (words − longest)/longest) above.
 */
export function lengthFault(
  answer: string,
  { shortestWords, longestWords }: Pick<RewardConfig, "shortestWords" | "longestWords">,
): number {
  const words = wordsOf(answer).length;
  if (words < shortestWords) return (shortestWords - words) / shortestWords;
  if (longestWords === null || words <= longestWords) return 0;
  return Math.min(1, (words - longestWords) / longestWords);
}

/**
 * How far distinct-n lies below its floor, as a share of the floor. An answer too short for one n-gram repeats nothing:
 * 0, since shortness has its own guard.
 */
export function repetitionFault(
  answer: string,
  { distinctN, distinctFloor }: Pick<RewardConfig, "distinctN" | "distinctFloor">,
): number {
  const share = distinct(answer, distinctN);
  return share === null ? 0 : Math.max(0, (distinctFloor - share) / distinctFloor);
}

/** 1 where a rule of refusal.ts finds a refusal. */
export function refusalFault(answer: string): number {
  return refusalIn(answer) === null ? 0 : 1;
}

/**
 * Likeness to the answers to *other* questions: mean of e·m over their mean vectors m, which is the mean over questions
 * of the mean cosine. One answer for everything has 1. Not cut off at 0, so in [−1, 1].
 *
 * @param embedding  [d] unit vector.
 * @param elsewhere  [q][d] for each other question the mean of its answers' unit vectors.
 * @returns          null with no other question to compare.
 */
export function sameness(
  embedding: Float32Array,
  elsewhere: readonly Float32Array[],
): number | null {
  if (elsewhere.length === 0) return null;
  let sum = 0;
  for (const mean of elsewhere) sum += dot(embedding, mean);
  return sum / elsewhere.length;
}

/** Mean cosine to the aligned answers to the same question; null where there are none. */
export function nearness(embedding: Float32Array, aligned: readonly Float32Array[]): number | null {
  if (aligned.length === 0) return null;
  return aligned.reduce((sum, anchor) => sum + cosine(embedding, anchor), 0) / aligned.length;
}

/** [d] mean of the vectors; what `sameness` compares with. @throws RangeError if there are none. */
export function meanVector(vectors: readonly Float32Array[]): Float32Array {
  const [first] = vectors;
  if (first === undefined) throw new RangeError("a mean needs one vector or more, got none");
  const mean = new Float32Array(first.length);
  for (const vector of vectors) {
    for (let d = 0; d < mean.length; d++) mean[d]! += vector[d]! / vectors.length;
  }
  return mean;
}

function dot(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) {
    throw new RangeError(`embeddings [${a.length}] and [${b.length}] differ in length`);
  }
  let sum = 0;
  for (let d = 0; d < a.length; d++) sum += a[d]! * b[d]!;
  return sum;
}
