/** What a rater gave a unit: a category or a number. */
export type Rating = string | number;

/** A unit's ratings, one a rater in the same order; null where a rater gave none. */
export type Unit = readonly (Rating | null)[];

/** Squared difference δ² of two different ratings: symmetric, finite, not negative. Equal ratings have 0. */
export type SquaredDifference = (a: Rating, b: Rating) => number;

export const LEVELS = ["nominal", "ordinal", "interval", "ratio"] as const;
export type NamedLevel = (typeof LEVELS)[number];

/** Level of measurement, or a difference of one's own. */
export type Level = NamedLevel | SquaredDifference;

/** δ² of two categories, given by their positions in ascending order, a < b. */
export type CategoryDifference = (a: number, b: number) => number;

/**
 * The difference function of a level over given categories, as a function of the ratings' marginals:
 *
 *   nominal δ² = 1    interval δ² = (a − b)²    ratio δ² = ((a − b)/(a + b))²
 *   ordinal δ² = (n_a/2 + n_{a+1} + … + n_{b−1} + n_b/2)², n the marginals: it changes with every resample
 *
 * @param categories  ascending, without repeats.
 * @throws RangeError if the level needs numbers (ratio: none below 0) and a category isn't one, or if a difference
 *         of one's own is not symmetric, finite and at least 0.
 * @see Krippendorff 2011, "Computing Krippendorff's Alpha-Reliability", section 5.
 */
export function differenceOf(
  level: Level,
  categories: readonly Rating[],
): (marginals: Float64Array) => CategoryDifference {
  if (level === "nominal") return () => () => 1;
  if (typeof level === "function") {
    checkDifference(level, categories);
    return () => (a, b) => level(categories[a]!, categories[b]!);
  }
  const values = Float64Array.from(categories, (category) => numberFor(level, category));
  switch (level) {
    case "ordinal":
      return ordinalDifference;
    case "interval":
      return () => (a, b) => (values[a]! - values[b]!) ** 2;
    case "ratio":
      return () => (a, b) => ((values[a]! - values[b]!) / (values[a]! + values[b]!)) ** 2;
  }
}

function ordinalDifference(marginals: Float64Array): CategoryDifference {
  const upTo = new Float64Array(marginals.length);
  let sum = 0;
  for (let c = 0; c < marginals.length; c++) upTo[c] = sum += marginals[c]!;
  return (a, b) => (upTo[b]! - upTo[a]! + (marginals[a]! - marginals[b]!) / 2) ** 2;
}

function numberFor(level: NamedLevel, category: Rating): number {
  if (typeof category !== "number") {
    throw new RangeError(`level ${level} needs numbers, got "${category}"; nominal takes any text`);
  }
  if (level === "ratio" && category < 0) {
    throw new RangeError(`level ratio needs numbers from 0 on, got ${category}; try interval`);
  }
  return category;
}

function checkDifference(difference: SquaredDifference, categories: readonly Rating[]): void {
  for (const [i, a] of categories.entries()) {
    for (const b of categories.slice(i + 1)) {
      const [there, back] = [difference(a, b), difference(b, a)];
      if (there === back && Number.isFinite(there) && there >= 0) continue;
      throw new RangeError(
        `a difference must be symmetric, finite and at least 0; "${a}" and "${b}" have ${there} and back ${back}`,
      );
    }
  }
}
