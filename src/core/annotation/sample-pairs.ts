import { sampleWithoutReplacement, stream } from "../random";

/**
 * Draws n different pairs at random, in their given order.
 *
 * @param values  [pairs] a metric to stratify by: the pairs are ordered by it (undefined ones last), cut into n parts
 *                of equal size but for one pair, and one is drawn from each, so that rare values are labelled too.
 * @throws RangeError unless n is a whole number of at most the number of pairs, or if values don't fit the pairs.
 */
export function samplePairs<P>(
  pairs: readonly P[],
  n: number,
  seed: number,
  values?: readonly (number | null)[],
): P[] {
  if (!Number.isInteger(n) || n < 0 || n > pairs.length) {
    throw new RangeError(`n must be a whole number from 0 to the ${pairs.length} pairs, got ${n}`);
  }
  if (values !== undefined && values.length !== pairs.length) {
    throw new RangeError(`${values.length} values don't fit ${pairs.length} pairs`);
  }
  const random = stream(seed, "pairs");
  const indices = pairs.map((_, i) => i);
  const drawn =
    values === undefined
      ? sampleWithoutReplacement(indices, n, random)
      : strata(indices, n, values).flatMap((part) => sampleWithoutReplacement(part, 1, random));
  return drawn.sort((a, b) => a - b).map((i) => pairs[i]!);
}

function strata(
  indices: readonly number[],
  n: number,
  values: readonly (number | null)[],
): number[][] {
  const order = indices.toSorted(
    (a, b) => (values[a] ?? Infinity) - (values[b] ?? Infinity) || a - b,
  );
  const bound = (k: number) => Math.round((k * order.length) / n);
  return Array.from({ length: n }, (_, k) => order.slice(bound(k), bound(k + 1)));
}
