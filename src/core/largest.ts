/** The largest of numbers that are not negative; 0 of none. Not Math.max, which takes no hundred thousand arguments. */
export function largest(values: readonly number[]): number {
  return values.reduce((a, b) => Math.max(a, b), 0);
}
