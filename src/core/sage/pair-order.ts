import { pairs } from "./similarity";

/**
 * The n things that rows of pairs are of: if the rows are all pairs of n things in the order of `pairs(n)`, as the published
 * pipeline writes them. Equal things are told by their places then. Null for any other rows.
 */
export function inPairOrder<T>(
  rows: readonly (readonly [T, T])[],
  keyOf: (thing: T) => string,
): readonly T[] | null {
  const n = (1 + Math.sqrt(1 + 8 * rows.length)) / 2;
  if (rows.length === 0 || !Number.isInteger(n)) return null;
  const things = [rows[0]![0], ...rows.slice(0, n - 1).map(([, second]) => second)];
  const keys = things.map(keyOf);
  const fits = pairs(n).every(([i, j], row) => {
    const [first, second] = rows[row]!;
    return keyOf(first) === keys[i] && keyOf(second) === keys[j];
  });
  return fits ? things : null;
}
