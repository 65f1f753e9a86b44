/** ParaScore (Shen, Liu, Jiang & Shi, EMNLP 2022, arXiv:2202.08479): a paraphrase is good if it is close in meaning and other in words. */

/** γ: from this distance on a text is as different as it need be. */
const ENOUGH = 0.35;
/** ω: the weight of difference against similarity. */
const WEIGHT = 0.05;

/**
 * DS(d) = γ where d ≥ γ, else −1 + d·(γ + 1)/γ: a copy is punished, and beyond γ nothing more is to be had. γ = 0.35.
 *
 * @param distance  normalised edit distance of the two texts, by characters, from 0 to 1.
 */
export function diversity(distance: number): number {
  return distance >= ENOUGH ? ENOUGH : -1 + (distance * (ENOUGH + 1)) / ENOUGH;
}

/**
 * ParaScore = max(sim(question, candidate), sim(reference, candidate), …) + ω·DS, with ω = 0.05.
 *
 * The published one takes BERTScore-F1 as sim. Here it is the cosine by a sentence encoder, so the two stand on other scales and
 * do not compare; docs/paraphrases.md has how far they agree.
 *
 * @param similarities  of the candidate with the question, and with a reference wording each where there are some.
 * @param distance      normalised edit distance from the question, by characters.
 * @throws RangeError without a similarity, for one that is not finite, or a distance outside [0, 1].
 */
export function paraScore(similarities: readonly number[], distance: number): number {
  const closest = Math.max(...similarities);
  if (!Number.isFinite(closest)) {
    throw new RangeError(`ParaScore needs similarities that are numbers, got ${closest}`);
  }
  if (!(distance >= 0 && distance <= 1)) {
    throw new RangeError(`a normalised edit distance lies in [0, 1], got ${distance}`);
  }
  return closest + WEIGHT * diversity(distance);
}
