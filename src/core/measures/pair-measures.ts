import { bleu } from "../metrics/bleu";
import { rougeL } from "../metrics/rouge-l";
import { pairs } from "../sage/similarity";
import { stanceFlips } from "./stance";

/** What is measured of two answers to one question. */
export interface PairMeasures {
  /** Places of the two among the question's scored answers. */
  readonly places: readonly [number, number];
  /** Weight of their edge: the similarity that SaGE is computed from. */
  readonly similarity: number;
  readonly bleu: number;
  readonly rougeL: number;
  /** Whether one says yes and one says no; null where one says neither. */
  readonly flip: boolean | null;
  /** Null without a model that tells. */
  readonly contradiction: boolean | null;
}

/**
 * @param texts           [n] the scored answers.
 * @param weights         [n(n−1)/2] in the order of `pairs`.
 * @param contradictions  the same; null without a model that tells.
 * @throws RangeError if their numbers do not fit.
 */
export function pairMeasures(
  texts: readonly string[],
  weights: readonly number[],
  contradictions: readonly boolean[] | null,
): PairMeasures[] {
  const places = pairs(texts.length);
  for (const values of [weights, contradictions ?? weights]) {
    if (values.length !== places.length) {
      throw new RangeError(
        `${texts.length} answers have ${places.length} pairs, got ${values.length} values`,
      );
    }
  }
  const flips = stanceFlips(texts);
  return places.map(([i, j], pair) => ({
    places: [i, j],
    similarity: weights[pair]!,
    bleu: bleu(texts[i]!, texts[j]!),
    rougeL: rougeL(texts[i]!, texts[j]!),
    flip: flips[pair]!,
    contradiction: contradictions?.[pair] ?? null,
  }));
}
