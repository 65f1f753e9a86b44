import type { Rating, Unit } from "./alpha-level";
import { orderedEqualPairs } from "./fleiss";
import { countBy } from "./kappa";

export interface GwetAc1 {
  readonly ac1: number | null;
  /** Units with at least 2 ratings. */
  readonly n: number;
  /** p_a, mean share of equal pairs of ratings in those units. */
  readonly percentAgreement: number | null;
  readonly reason: string | null;
}

/**
 * Gwet's AC1, which does not fall as κ does where one category prevails:
 *
 *   AC1 = (p_a − p_e) / (1 − p_e),   p_e = Σ_c π_c(1 − π_c) / (q − 1)
 *
 * p_a is the mean over units with at least 2 ratings, π_c the mean share of category c over all units with a
 * rating, q the number of categories that occur.
 *
 * @returns  AC1 null if no unit has two ratings or if fewer than 2 categories occur.
 * @see Gwet 2014, "Handbook of Inter-Rater Reliability", 4th ed., ch. 5; R's irrCAC `gwet.ac1.raw`.
 */
export function gwetAc1(units: readonly Unit[]): GwetAc1 {
  const rated = units
    .map((unit) => unit.filter((rating) => rating !== null))
    .filter((ratings) => ratings.length > 0);
  const pairable = rated.filter((ratings) => ratings.length > 1);
  const n = pairable.length;
  if (n === 0) return { ac1: null, n, percentAgreement: null, reason: "no unit has two ratings" };

  const percentAgreement = mean(
    pairable.map((ratings) => orderedEqualPairs(ratings) / (ratings.length * (ratings.length - 1))),
  );
  const shares = new Map<Rating, number>();
  for (const ratings of rated) {
    for (const [category, count] of countBy(ratings)) {
      const share = count / ratings.length / rated.length;
      shares.set(category, (shares.get(category) ?? 0) + share);
    }
  }
  if (shares.size < 2) {
    const reason = `all ratings are "${rated[0]![0]}": without a second category AC1 is undefined`;
    return { ac1: null, n, percentAgreement, reason };
  }
  const spread = [...shares.values()].reduce((sum, share) => sum + share * (1 - share), 0);
  const expected = spread / (shares.size - 1);
  return { ac1: (percentAgreement - expected) / (1 - expected), n, percentAgreement, reason: null };
}

function mean(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0) / values.length;
}
