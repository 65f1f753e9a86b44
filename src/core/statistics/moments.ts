/** Mean of numbers. @throws RangeError without one. */
export function mean(x: readonly number[]): number {
  if (x.length === 0) throw new RangeError("a mean needs one number or more, got none");
  return x.reduce((a, b) => a + b, 0) / x.length;
}

/** Unbiased standard deviation √(Σ(x − x̄)²/(n − 1)); null below 2 numbers, which have none. */
export function deviation(x: readonly number[]): number | null {
  if (x.length < 2) return null;
  const centre = mean(x);
  return Math.sqrt(x.reduce((sum, one) => sum + (one - centre) ** 2, 0) / (x.length - 1));
}
