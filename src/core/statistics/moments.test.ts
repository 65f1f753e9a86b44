import { expect, test } from "vitest";
import { deviation, mean } from "./moments";

test("the mean and the unbiased deviation of known numbers", () => {
  expect(mean([2, 4, 4, 4, 5, 5, 7, 9])).toBe(5);
  expect(deviation([2, 4, 4, 4, 5, 5, 7, 9])).toBeCloseTo(Math.sqrt(32 / 7), 12);
  expect(deviation([3, 3, 3])).toBe(0);
});

test("one number has no deviation, and none no mean", () => {
  expect(deviation([1])).toBeNull();
  expect(() => mean([])).toThrow("got none");
});
