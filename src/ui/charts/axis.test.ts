import { expect, test } from "vitest";
import { decimalsOf } from "./axis";

test.each([
  [0.25, 2],
  [0.2, 1],
  [0.1 + 0.2, 1],
  [0.005, 3],
  [1e-7, 7],
  [2.5, 1],
  [1, 0],
  [5000, 0],
])("ticks %d apart have %i decimals", (distance, decimals) => {
  expect(decimalsOf(distance)).toBe(decimals);
});
