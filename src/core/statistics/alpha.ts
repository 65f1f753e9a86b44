import type { Level, Unit } from "./alpha-level";
import {
  alphaFrom,
  disagreement,
  type EncodedUnits,
  encodeUnits,
  patternWeights,
} from "./coincidences";

/** Agreement of raters beyond chance. What is undefined is null, and `reason` says why. */
export interface Alpha {
  /** 1 for perfect agreement, 0 for chance, below 0 for disagreement beyond chance. */
  readonly alpha: number | null;
  /** D_o, in units of δ². */
  readonly observedDisagreement: number | null;
  /** D_e, in units of δ². */
  readonly expectedDisagreement: number | null;
  /** Units with at least 2 ratings. */
  readonly pairableUnits: number;
  /** Ratings in those units. */
  readonly pairableValues: number;
  /** Units with fewer than 2 ratings, which say nothing of agreement. */
  readonly droppedUnits: number;
  /** Chance that a rating equals another of its unit, 0 to 1, not corrected for chance: 1 − nominal D_o. */
  readonly percentAgreement: number | null;
  readonly reason: string | null;
}

/**
 * Krippendorff's α for any number of raters, with missing ratings:
 *
 *   α = 1 − D_o / D_e
 *
 * D_o and D_e come from the coincidence matrix (coincidences.ts), in which a unit of m ratings enters each ordered
 * pair of them with weight 1/(m − 1). Units with fewer than 2 ratings are dropped.
 *
 * @param units  [units][raters] a rating, or null where it is missing.
 * @returns      α null if no unit has two ratings or if the ratings don't vary: D_e = 0 makes 0/0, which other
 *               programs print as 1, 0 or NaN.
 * @throws RangeError for a number that is not finite, or a rating that the level cannot take.
 * @see Krippendorff 2011. Golden values: tests/fixtures/krippendorff_vectors.json.
 */
export function krippendorffAlpha(units: readonly Unit[], level: Level = "nominal"): Alpha {
  return alphaOf(encodeUnits(units, level));
}

/** α of units that are encoded already. */
export function alphaOf(encoded: EncodedUnits): Alpha {
  const { patterns, categories, patternOf } = encoded;
  const weights = patternWeights(encoded);
  const found = disagreement(encoded, weights);
  const { values, observed, expected } = found;
  const droppedUnits = weights.at(-1)!;
  const unequal = patterns.reduce(
    (sum, { cells }, p) => sum + weights[p]! * cells.reduce((s, { weight }) => s + weight, 0),
    0,
  );
  return {
    alpha: alphaFrom(found),
    observedDisagreement: observed,
    expectedDisagreement: expected,
    pairableUnits: patternOf.length - droppedUnits,
    pairableValues: values,
    droppedUnits,
    percentAgreement: values === 0 ? null : 1 - unequal / values,
    reason: reasonFor(values, expected, categories),
  };
}

function reasonFor(
  values: number,
  expected: number | null,
  categories: EncodedUnits["categories"],
): string | null {
  if (expected === null) return "no unit has two ratings, so there is nothing to compare";
  if (expected !== 0) return null;
  const alike = categories.length === 1 ? `are "${categories[0]}"` : "differ by 0";
  return `all ${values} ratings ${alike}: without variation, agreement beyond chance is undefined`;
}
