import { expect, test } from "vitest";
import { trendOf } from "./trend";

test("the first third is held against the last", () => {
  expect(trendOf([1, 3, 9, 9, 9, 4, 6])).toEqual({ early: 2, late: 5, n: 2 });
});

test("fewer than six values have no trend", () => {
  expect(trendOf([1, 2, 3, 4, 5])).toBeNull();
  expect(trendOf([])).toBeNull();
});
