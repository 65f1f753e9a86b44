import { evenness, nodeStrengths, SAGE_EXPONENT } from "./entropy";
import { pairs } from "./similarity";

/** Consistency of the answers to one question. Every figure is null where `reason` says why it is undefined. */
export interface SageScore {
  /** Mean similarity × evenness: the higher, the more consistent. At most 1; below 0 only if the mean is. */
  readonly sage: number | null;
  /** w̄, the mean weight over all pairs, negative ones included. */
  readonly meanSimilarity: number | null;
  /** H / H_max of the node strengths, from 0 to 1. */
  readonly evenness: number | null;
  /** Strength of the least connected answer over n − 1: its mean similarity to the others, negative ones as 0. */
  readonly weakest: number | null;
  /** Number of answers. */
  readonly n: number;
  readonly reason: string | null;
}

/**
 * `position`: each answer is a node. `text`: answers of equal text share one, as in the published code, by whose
 * set of strings five equal answers score 0 and not 1; only for comparison with published figures.
 */
export type SageNodes =
  | { readonly nodes?: "position" }
  | {
      readonly nodes: "text";
      /** [n] what the published code keys by: the rules of thumb where it uses them, else the answers. */
      readonly texts: readonly string[];
    };

export type SageOptions = SageNodes & { readonly sageExponent?: number };

/**
 * Semantic Graph Entropy of the answers to one question's paraphrases:
 *
 *   SaGE = w̄ · H / H_max
 *
 * with the mean pair weight w̄ and the evenness of node strengths (entropy.ts). SaGE ≤ w̄ wherever w̄ ≥ 0.
 * For n = 2 evenness is always 1, so SaGE is the one weight.
 *
 * @param weights  [n(n−1)/2] similarity of each pair of answers, in the order of `pairs`.
 * @param n        number of answers. Fewer than 2, or a weight that is not finite, give null with a reason.
 * @throws RangeError if n is not a whole number, or the number of weights or texts doesn't fit n.
 * @see Bonagiri et al., LREC-COLING 2024; `entropy()` of the authors' generate_scores.py.
 */
export function sageOfPairs(
  weights: readonly number[],
  n: number,
  options: SageOptions = {},
): SageScore {
  if (!Number.isInteger(n) || n < 0) throw new RangeError(`n must be a whole number, got ${n}`);
  if (weights.length !== (n * (n - 1)) / 2) {
    throw new RangeError(
      `${n} answers have ${(n * (n - 1)) / 2} pairs, got ${weights.length} weights`,
    );
  }
  const positions = Array.from({ length: n }, (_, i) => i);
  const nodeOf = options.nodes === "text" ? nodesByText(options.texts, n) : positions;

  if (n < 2)
    return undefinedScore(
      n,
      `consistency needs at least 2 answers, there ${n === 1 ? "is 1" : "are 0"}`,
    );
  const faulty = weights.findIndex((weight) => !Number.isFinite(weight));
  if (faulty !== -1) {
    const [i, j] = pairs(n)[faulty]!;
    return undefinedScore(
      n,
      `the similarity of answers ${i + 1} and ${j + 1} is ${weights[faulty]}`,
    );
  }

  const meanSimilarity = weights.reduce((a, b) => a + b, 0) / weights.length;
  const even = evenness(nodeStrengths(weights, nodeOf), options.sageExponent ?? SAGE_EXPONENT);
  const weakest = Math.min(...nodeStrengths(weights, positions)) / (n - 1);
  const sage = meanSimilarity * even;
  return { sage, meanSimilarity, evenness: even, weakest, n, reason: null };
}

function undefinedScore(n: number, reason: string): SageScore {
  return { sage: null, meanSimilarity: null, evenness: null, weakest: null, n, reason };
}

function nodesByText(texts: readonly string[], n: number): number[] {
  if (texts.length !== n) throw new RangeError(`${n} answers need ${n} texts, got ${texts.length}`);
  const distinct = [...new Set(texts)];
  return texts.map((text) => distinct.indexOf(text));
}
