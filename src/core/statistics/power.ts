import { largest } from "../largest";

/** Quantiles of the standard normal: 1 − 0.05/2, and 0.8. */
const [Z_TWO_SIDED_5, Z_POWER_80] = [1.959963984540054, 0.8416212335729143];

/** A mean that is so small beside its terms is what their rounding left. */
const ROUNDING = 1e-12;

/** What so many paired differences can show, at a two-sided level of 5 % and a power of 80 %. */
export interface Power {
  /** A true mean difference of this size is found in four studies of five. */
  readonly smallestDifference: number;
  /** Pairs that would show a true mean difference as large as the one observed; null where that is 0, but for rounding. */
  readonly pairsForObserved: number | null;
}

/**
 * By the normal approximation for paired differences with sample deviation s:
 *
 *   δ = (z₁₋α⁄₂ + z₁₋β) · s / √n        n = ((z₁₋α⁄₂ + z₁₋β) · s / d̄)²
 *
 * It is a little hopeful below some 20 pairs, where t has wider tails.
 *
 * @param differences  one a pair.
 * @returns null below 2 differences, which have no deviation.
 * @see Cohen 1988, Statistical Power Analysis, ch. 2.
 */
export function pairedPower(differences: readonly number[]): Power | null {
  const n = differences.length;
  if (n < 2) return null;
  const mean = differences.reduce((a, b) => a + b) / n;
  const deviation = Math.sqrt(differences.reduce((sum, d) => sum + (d - mean) ** 2, 0) / (n - 1));
  const isNone = Math.abs(mean) <= ROUNDING * largest(differences.map(Math.abs));
  const needed = (Z_TWO_SIDED_5 + Z_POWER_80) * deviation;
  return {
    smallestDifference: needed / Math.sqrt(n),
    pairsForObserved: isNone ? null : Math.max(2, Math.ceil((needed / mean) ** 2)),
  };
}
