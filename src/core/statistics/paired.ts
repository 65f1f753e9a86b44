import { deriveSeed, stream } from "../random";
import { bootstrapMean, type BootstrapOptions, type Interval } from "./bootstrap";

/** Change of a score from one model to another, over the questions both have a score for. */
export interface PairedDifference {
  /** Mean of after − before; null without a question. */
  readonly meanDifference: number | null;
  /** Bootstrap interval of the mean difference over questions; null below 2. */
  readonly interval: Interval | null;
  /** Questions with both scores. */
  readonly n: number;
  readonly higher: number;
  readonly lower: number;
  readonly equal: number;
  /** Two-sided sign-flip permutation p of no difference; null without a question. */
  readonly p: number | null;
  /** Why something above is null. */
  readonly reason: string | null;
}

export interface PairedOptions extends BootstrapOptions {
  /** Random sign patterns where 2ⁿ is too many to go through all. */
  readonly permutations?: number;
}

/** Up to this many questions all 2ⁿ sign patterns are gone through. */
const EXACT_UP_TO = 12;

/**
 * Paired comparison of two runs over the same questions: mean difference, its bootstrap interval, and the sign-flip
 * permutation test, which holds without normality if differences are symmetric about 0 under no effect.
 *
 * @param before, after  [questions] scores in the same order; null where undefined: that question is left out.
 * @throws RangeError if the lengths differ or an option is out of range.
 * @see Good 2005, "Permutation, Parametric and Bootstrap Tests"; Phipson & Smyth 2010 for p = (b + 1)/(m + 1).
 */
export function pairedDifference(
  before: readonly (number | null)[],
  after: readonly (number | null)[],
  { permutations = 10_000, ...bootstrap }: PairedOptions,
): PairedDifference {
  if (before.length !== after.length) {
    throw new RangeError(
      `${before.length} scores before and ${after.length} after differ in number`,
    );
  }
  if (!(Number.isInteger(permutations) && permutations > 0)) {
    throw new RangeError(`permutations must be a positive integer, got ${permutations}`);
  }
  const differences = before.flatMap((score, i) => {
    const other = after[i]!;
    return score === null || other === null ? [] : [other - score];
  });
  const n = differences.length;
  return {
    meanDifference: n === 0 ? null : sum(differences) / n,
    interval: bootstrapMean(differences, {
      ...bootstrap,
      seed: deriveSeed(bootstrap.seed, "paired", "bootstrap"),
    }),
    n,
    higher: differences.filter((d) => d > 0).length,
    lower: differences.filter((d) => d < 0).length,
    equal: differences.filter((d) => d === 0).length,
    p: n === 0 ? null : signFlipP(differences, permutations, bootstrap.seed),
    reason: reasonFor(n),
  };
}

function reasonFor(n: number): string | null {
  if (n === 0) return "no question has a score in both runs";
  if (n === 1) return "an interval needs at least 2 questions, there is 1";
  return null;
}

/** Share of sign patterns whose sum is at least as far from 0 as the one observed. */
function signFlipP(differences: readonly number[], permutations: number, seed: number): number {
  const observed = Math.abs(sum(differences));
  const rounding = 1e-12 * sum(differences.map(Math.abs)); // equal sums may differ in their last bits
  const isAsFar = (flips: (i: number) => boolean) =>
    Math.abs(sum(differences.map((d, i) => (flips(i) ? -d : d)))) >= observed - rounding;

  if (differences.length <= EXACT_UP_TO) {
    const patterns = 2 ** differences.length;
    let asFar = 0;
    for (let bits = 0; bits < patterns; bits++)
      if (isAsFar((i) => ((bits >> i) & 1) === 1)) asFar++;
    return asFar / patterns;
  }
  const random = stream(seed, "paired", "permutation");
  let asFar = 0;
  for (let k = 0; k < permutations; k++) if (isAsFar(() => random() < 0.5)) asFar++;
  return (asFar + 1) / (permutations + 1); // the observed pattern is one of them, so never 0
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
