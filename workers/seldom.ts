const EVERY_MS = 100;

/** Passes on a value at most 10 times a second, and the last one always. */
export function seldom<T>(report: (value: T) => void): (value: T, isLast: boolean) => void {
  let due = 0;
  return (value, isLast) => {
    const now = performance.now();
    if (now < due && !isLast) return;
    due = now + EVERY_MS;
    report(value);
  };
}
