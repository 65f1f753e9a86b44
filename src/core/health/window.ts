/** Robust figures of stretches of a run: medians, so that one odd step neither hides nor makes a finding. */

/** Steps that a run is compared with: its own first ones. */
export const BASELINE = 10;
/** Steps that stand for the present. */
export const RECENT = 10;

/** @throws RangeError without values. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("a median needs one value or more, got none");
  const sorted = [...values].sort((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** 1.4826 · median |x − median|: the standard deviation, where the values are normal. */
export function spreadOf(values: readonly number[]): number {
  const centre = median(values);
  return 1.4826 * median(values.map((x) => Math.abs(x - centre)));
}

/** Medians of the first and of the latest values; null until the two do not overlap. */
export interface Shift {
  readonly before: number;
  readonly now: number;
  /** |now − before| over the standard error of a difference of medians, from the first values' spread. */
  readonly errors: number;
}

/** The variance of a median of m normal values is π/2 · σ²/m. */
export function shiftOf(
  values: readonly number[],
  baseline = BASELINE,
  recent = RECENT,
): Shift | null {
  if (values.length < baseline + recent) return null;
  const first = values.slice(0, baseline);
  const [before, now] = [median(first), median(values.slice(-recent))];
  const error = spreadOf(first) * Math.sqrt((Math.PI / 2) * (1 / baseline + 1 / recent));
  const difference = Math.abs(now - before);
  return { before, now, errors: difference === 0 ? 0 : difference / error };
}

/** What is there, in order. */
export function known(values: readonly (number | null)[]): number[] {
  return values.filter((x) => x !== null);
}
