import { expect, test } from "vitest";
import { smooth } from "./smooth";

test("the first value stands for itself, and a constant stays", () => {
  expect(smooth([3, 3, 3], 0.9)).toBeAllClose([3, 3, 3], { rtol: 1e-12 });
});

test("a later value pulls by its weight among those before", () => {
  expect(smooth([0, 1], 0.5)).toBeAllClose([0, 1 / 1.5], { rtol: 1e-12 });
});

test("a gap keeps the average, and nothing comes before the first value", () => {
  expect(smooth([null, 2, null], 0.5)).toEqual([null, 2, 2]);
});
