import type { Rating, Unit } from "./alpha-level";

/** Agreement of two raters over the units that both rated. */
export interface PairwiseAgreement {
  /** Positions of the two raters in a unit. */
  readonly raters: readonly [number, number];
  /** Units that both rated. */
  readonly n: number;
  /** Share of those units with equal ratings, 0 to 1; null without one. */
  readonly percentAgreement: number | null;
  /** Cohen's κ; null where `reason` says why. */
  readonly kappa: number | null;
  readonly reason: string | null;
}

/**
 * Cohen's κ of two raters, unweighted:
 *
 *   κ = (p_o − p_e) / (1 − p_e),   p_e = Σ_c p₁(c)·p₂(c)
 *
 * with each rater's own share p(c) of category c, over the units that both rated.
 *
 * @param first, second  positions of the raters in a unit.
 * @returns              κ null if no unit has both ratings, or if p_e = 1: both gave one and the same category only.
 * @see Cohen 1960, "A Coefficient of Agreement for Nominal Scales".
 */
export function cohensKappa(
  units: readonly Unit[],
  first: number,
  second: number,
): PairwiseAgreement {
  const raters = [first, second] as const;
  const both = units.flatMap((unit) => {
    const [a, b] = [unit[first] ?? null, unit[second] ?? null];
    return a === null || b === null ? [] : [[a, b] as const];
  });
  const n = both.length;
  if (n === 0) {
    const reason = "no unit was rated by both";
    return { raters, n, percentAgreement: null, kappa: null, reason };
  }
  const percentAgreement = both.filter(([a, b]) => a === b).length / n;
  const [ofFirst, ofSecond] = [countBy(both.map(([a]) => a)), countBy(both.map(([, b]) => b))];
  let equalByChance = 0; // of n², in whole numbers, so that "all" is exact
  for (const [category, count] of ofFirst) equalByChance += count * (ofSecond.get(category) ?? 0);
  if (equalByChance === n * n) {
    const reason = `both rated all ${n} units "${both[0]![0]}": without variation κ is undefined`;
    return { raters, n, percentAgreement, kappa: null, reason };
  }
  const expected = equalByChance / (n * n);
  return {
    raters,
    n,
    percentAgreement,
    kappa: (percentAgreement - expected) / (1 - expected),
    reason: null,
  };
}

/** `cohensKappa` of every two raters, in the order 0–1, 0–2, … 1–2, … */
export function pairwiseAgreement(units: readonly Unit[], raters: number): PairwiseAgreement[] {
  return Array.from({ length: raters }, (_, first) =>
    Array.from({ length: raters - first - 1 }, (_, i) => cohensKappa(units, first, first + 1 + i)),
  ).flat();
}

/** How often each rating occurs. */
export function countBy(ratings: readonly Rating[]): Map<Rating, number> {
  const counts = new Map<Rating, number>();
  for (const rating of ratings) counts.set(rating, (counts.get(rating) ?? 0) + 1);
  return counts;
}
