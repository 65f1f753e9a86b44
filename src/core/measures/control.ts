/**
 * Control of every consistency score: similarity of answers to different questions. A model that says one thing to everything
 * rises here as much as it does within questions.
 *
 * All is computed from sums of vectors whose components are rounded to multiples of 2⁻³⁰, so that every sum is exact and
 * parts of a corpus computed on many machines give the bits of the whole.
 */
import { type Measured, undefinedMeasure } from "./measured";

const STEP = 2 ** 30;

/** Sum of a question's answer vectors. */
export interface QuestionSum {
  /** [d] in units of 2⁻³⁰, whole. */
  readonly sum: Float64Array;
  /** Answers in it. */
  readonly n: number;
}

/**
 * @param vectors  [n][d] unit vectors.
 * @returns        exact for fewer than 2²³ answers.
 */
export function questionSum(vectors: readonly ArrayLike<number>[]): QuestionSum {
  const sum = new Float64Array(vectors[0]?.length ?? 0);
  for (const vector of vectors) {
    for (let d = 0; d < sum.length; d++) sum[d]! += Math.round(vector[d]! * STEP);
  }
  return { sum, n: vectors.length };
}

export interface Control {
  /** Mean of eᵢ·eⱼ over all pairs of answers to different questions; null below two questions with answers. */
  readonly mean: number | null;
  /** By question: mean of eᵢ·eⱼ, i among its answers and j among those of all others. */
  readonly ofQuestions: readonly Measured[];
}

/**
 * From sums alone: with S = Σe over all N answers and s over a question's n,
 *
 *   question   s·(S − s) / n(N − n)
 *   all        (|S|² − Σ |s|²) / (N² − Σ n²)
 *
 * @param questions  in any order; the figures do not depend on it but for the rounding of Σ |s|².
 */
export function betweenQuestions(questions: readonly QuestionSum[]): Control {
  const answered = questions.filter(({ n }) => n > 0);
  if (answered.length < 2) {
    const reason = "a control needs answers to 2 questions";
    return { mean: null, ofQuestions: questions.map(() => undefinedMeasure(0, reason)) };
  }
  const total = new Float64Array(answered[0]!.sum.length);
  for (const { sum } of answered) for (let d = 0; d < total.length; d++) total[d]! += sum[d]!;
  const count = answered.reduce((all, { n }) => all + n, 0);
  let [cross, orderedPairs] = [0, 0];
  const ofQuestions = questions.map(({ sum, n }): Measured => {
    if (n === 0) return undefinedMeasure(0, "there are no answers");
    let dot = 0;
    for (let d = 0; d < total.length; d++) {
      dot += (sum[d]! / STEP) * ((total[d]! - sum[d]!) / STEP);
    }
    cross += dot;
    orderedPairs += n * (count - n);
    return { value: dot / (n * (count - n)), n: n * (count - n), reason: null };
  });
  return { mean: cross / orderedPairs, ofQuestions };
}
