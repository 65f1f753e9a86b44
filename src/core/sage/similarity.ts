/** The published mix of answers and rules of thumb. */
const PUBLISHED_ANSWER_WEIGHT = 0.8;

/**
 * cos(a, b) = a·b / (‖a‖‖b‖), summed in float64.
 *
 * @param a, b  [d] embeddings of two texts by one encoder.
 * @returns     a number from −1 to 1.
 * @throws RangeError if the lengths differ, or if the angle is undefined: a zero vector or a value not finite,
 *         which an encoder gives for no text, so its output is at fault.
 */
export function cosine(a: Float32Array, b: Float32Array): number {
  if (a.length !== b.length) {
    throw new RangeError(`embeddings [${a.length}] and [${b.length}] differ in length`);
  }
  let dot = 0;
  let squaresOfA = 0;
  let squaresOfB = 0;
  for (let i = 0; i < a.length; i++) {
    dot += a[i]! * b[i]!;
    squaresOfA += a[i]! ** 2;
    squaresOfB += b[i]! ** 2;
  }
  const norms = Math.sqrt(squaresOfA * squaresOfB); // one root: a vector with itself is exactly 1
  if (!(norms > 0 && norms < Infinity)) {
    throw new RangeError(
      `embeddings of norm product ${norms} have no angle; encode the texts again`,
    );
  }
  return Math.min(1, Math.max(-1, dot / norms));
}

/** The n(n−1)/2 pairs i < j in the order of Python's `itertools.combinations`: (0,1), (0,2), …, (n−2,n−1). */
export function pairs(n: number): [i: number, j: number][] {
  const result: [number, number][] = [];
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) result.push([i, j]);
  return result;
}

/** Cosine of every pair of embeddings ([n][d] → [n(n−1)/2]), in the order of `pairs`. */
export function pairWeights(embeddings: readonly Float32Array[]): number[] {
  return pairs(embeddings.length).map(([i, j]) => cosine(embeddings[i]!, embeddings[j]!));
}

/**
 * wᵢⱼ = λ·answersᵢⱼ + (1 − λ)·rotsᵢⱼ, the edge weights of the published pipeline for λ = 0.8.
 *
 * @param answerWeights, rotWeights  [n(n−1)/2] similarities of answers and of their rules of thumb, same order.
 * @param answerWeight               λ from 0 (rules of thumb alone) to 1 (answers alone).
 * @throws RangeError if the lengths differ or λ lies outside [0, 1].
 */
export function mixWeights(
  answerWeights: readonly number[],
  rotWeights: readonly number[],
  answerWeight = PUBLISHED_ANSWER_WEIGHT,
): number[] {
  if (answerWeights.length !== rotWeights.length) {
    throw new RangeError(
      `${answerWeights.length} answer weights and ${rotWeights.length} rule-of-thumb weights differ in number`,
    );
  }
  if (!(answerWeight >= 0 && answerWeight <= 1)) {
    throw new RangeError(`answerWeight must lie in [0, 1], got ${answerWeight}`);
  }
  return answerWeights.map((w, i) => answerWeight * w + (1 - answerWeight) * rotWeights[i]!);
}
