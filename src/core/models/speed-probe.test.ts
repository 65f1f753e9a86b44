import { expect, test } from "vitest";
import { multiplyAddsPerSecond } from "./speed-probe";

test("eight products of 64 × 64 matrices in 2 ms are about a thousand million multiplications a second", () => {
  let time = -2;
  const now = () => (time += 2);
  // 8 products between two looks at the clock, which is 2 ms further each time.
  expect(multiplyAddsPerSecond(10, now)).toBeCloseTo((8 * 64 ** 3) / 0.002, 0);
});

test("no time, no speed", () => {
  expect(multiplyAddsPerSecond(0, () => 5)).toBe(0);
});
