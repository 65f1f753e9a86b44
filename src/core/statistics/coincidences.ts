import {
  type CategoryDifference,
  differenceOf,
  type Level,
  type Rating,
  type Unit,
} from "./alpha-level";

/** A unit's ratings as counts of categories. Units with the same counts are one pattern. */
interface Pattern {
  readonly counts: readonly { readonly category: number; readonly count: number }[];
  /** Cells off the diagonal of its coincidence matrix, both halves in one: 2·n_a·n_b/(m − 1), a < b, m ratings. */
  readonly cells: readonly { readonly a: number; readonly b: number; readonly weight: number }[];
}

/** Units reduced to what α needs, once, so that resampling only counts patterns. */
export interface EncodedUnits {
  /** Ascending. */
  readonly categories: readonly Rating[];
  /** [units] index into `patterns`; the last pattern, without counts, stands for units with fewer than 2 ratings. */
  readonly patternOf: Int32Array;
  readonly patterns: readonly Pattern[];
  readonly difference: (marginals: Float64Array) => CategoryDifference;
}

export interface Disagreement {
  /** Pairable values: ratings in units with at least 2. */
  readonly values: number;
  /** D_o, in units of δ²; null without a pairable value. */
  readonly observed: number | null;
  /** D_e, in units of δ²; null without a pairable value. */
  readonly expected: number | null;
}

/**
 * @param units  a rating that is null is missing; units may differ in length.
 * @throws RangeError for a number that is not finite, or a rating that the level cannot take.
 */
export function encodeUnits(units: readonly Unit[], level: Level): EncodedUnits {
  const pairable = units.map((unit) => {
    const ratings = unit.filter((rating) => rating !== null);
    return ratings.length < 2 ? [] : ratings;
  });
  const categories = [...new Set(pairable.flat())].sort(ascending);
  const faulty = categories.find((c) => typeof c === "number" && !Number.isFinite(c));
  if (faulty !== undefined) throw new RangeError(`${faulty} is no rating; use null for missing`);

  const indexOf = new Map(categories.map((category, i) => [category, i]));
  const patterns: Pattern[] = [];
  const known = new Map<string, number>();
  const patternOf = Int32Array.from(pairable, (ratings) => {
    if (ratings.length === 0) return -1;
    const indices = ratings.map((rating) => indexOf.get(rating)!).sort((a, b) => a - b);
    const key = indices.join();
    const index = known.get(key) ?? patterns.push(patternFor(indices)) - 1;
    known.set(key, index);
    return index;
  });
  const dropped = patterns.push({ counts: [], cells: [] }) - 1;
  return {
    categories,
    patternOf: patternOf.map((index) => (index === -1 ? dropped : index)),
    patterns,
    difference: differenceOf(level, categories),
  };
}

/** [patterns] how often each pattern occurs in the units. */
export function patternWeights({ patternOf, patterns }: EncodedUnits): Int32Array {
  const weights = new Int32Array(patterns.length);
  for (const pattern of patternOf) weights[pattern]!++;
  return weights;
}

/**
 * Observed and expected disagreement of a multiset of units, from the coincidence matrix o and its marginals n_c:
 *
 *   D_o = (1/n)·Σ_c Σ_k o_ck·δ²_ck      D_e = (1/(n(n − 1)))·Σ_c Σ_k n_c·n_k·δ²_ck
 *
 * @param weights  [patterns] how often each pattern is in the multiset.
 */
export function disagreement(
  { categories, patterns, difference }: EncodedUnits,
  weights: Int32Array,
): Disagreement {
  const marginals = new Float64Array(categories.length);
  let values = 0;
  for (let p = 0; p < patterns.length; p++) {
    if (weights[p] === 0) continue;
    for (const { category, count } of patterns[p]!.counts) {
      marginals[category]! += weights[p]! * count;
      values += weights[p]! * count;
    }
  }
  if (values === 0) return { values, observed: null, expected: null };

  const squaredDifference = difference(marginals);
  let observed = 0;
  for (let p = 0; p < patterns.length; p++) {
    if (weights[p] === 0) continue;
    for (const { a, b, weight } of patterns[p]!.cells) {
      observed += weights[p]! * weight * squaredDifference(a, b);
    }
  }
  let expected = 0;
  for (let a = 0; a < categories.length; a++) {
    if (marginals[a] === 0) continue;
    for (let b = a + 1; b < categories.length; b++) {
      if (marginals[b] === 0) continue;
      expected += 2 * marginals[a]! * marginals[b]! * squaredDifference(a, b);
    }
  }
  return { values, observed: observed / values, expected: expected / (values * (values - 1)) };
}

/** 1 − D_o/D_e; null without a pairable value or without expected disagreement. */
export function alphaFrom({ observed, expected }: Disagreement): number | null {
  if (observed === null || expected === null || expected === 0) return null;
  return 1 - observed / expected;
}

/** @param indices  ascending. */
function patternFor(indices: readonly number[]): Pattern {
  const counts = [...new Set(indices)].map((category) => ({
    category,
    count: indices.filter((index) => index === category).length,
  }));
  const cells = counts.flatMap(({ category: a, count: first }, i) =>
    counts.slice(i + 1).map(({ category: b, count: second }) => ({
      a,
      b,
      weight: (2 * first * second) / (indices.length - 1),
    })),
  );
  return { counts, cells };
}

/** Numbers by value, before texts by code unit: the order must not depend on where the code runs. */
function ascending(a: Rating, b: Rating): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a !== typeof b) return typeof a === "number" ? -1 : 1;
  return a < b ? -1 : 1;
}
