import type { Rating, Unit } from "./alpha-level";
import { countBy } from "./kappa";

export interface FleissKappa {
  readonly kappa: number | null;
  /** Units that every rater rated. */
  readonly n: number;
  /** Units left out because a rating is missing: the formula needs the same number of ratings in each. */
  readonly incompleteUnits: number;
  /** P̄, mean share of equal pairs of ratings in a unit. */
  readonly percentAgreement: number | null;
  readonly reason: string | null;
}

/**
 * Fleiss' κ over the units that all r raters rated:
 *
 *   κ = (P̄ − P̄_e) / (1 − P̄_e),   P̄_e = Σ_c p_c²
 *   P̄ = (1/n)·Σ_i Σ_c n_ic(n_ic − 1) / (r(r − 1)),   p_c = Σ_i n_ic / (n·r)
 *
 * @param raters  r, the length of a unit.
 * @returns       κ null for fewer than 2 raters, no complete unit, or ratings that don't vary.
 * @see Fleiss 1971, "Measuring nominal scale agreement among many raters".
 */
export function fleissKappa(units: readonly Unit[], raters: number): FleissKappa {
  const complete = units.flatMap((unit) => {
    const ratings = unit.filter((rating) => rating !== null);
    return ratings.length === raters ? [ratings] : [];
  });
  const n = complete.length;
  const counted = { n, incompleteUnits: units.length - n };
  if (raters < 2 || n === 0) {
    const reason = raters < 2 ? "agreement needs at least 2 raters" : "no unit has all ratings";
    return { ...counted, kappa: null, percentAgreement: null, reason };
  }
  const equalPairs = complete.reduce((sum, ratings) => sum + orderedEqualPairs(ratings), 0);
  const percentAgreement = equalPairs / (n * raters * (raters - 1));
  const totals = [...countBy(complete.flat()).values()];
  if (totals.length === 1) {
    const reason = `all ${n * raters} ratings are "${complete[0]![0]}": without variation κ is undefined`;
    return { ...counted, kappa: null, percentAgreement, reason };
  }
  const expected = totals.reduce((sum, total) => sum + (total / (n * raters)) ** 2, 0);
  const kappa = (percentAgreement - expected) / (1 - expected);
  return { ...counted, kappa, percentAgreement, reason: null };
}

/** Σ_c n_c(n_c − 1) of one unit's ratings. */
export function orderedEqualPairs(ratings: readonly Rating[]): number {
  return [...countBy(ratings).values()].reduce((sum, count) => sum + count * (count - 1), 0);
}
