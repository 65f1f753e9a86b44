import { expect, test } from "vitest";
import { compare, flatten } from "./case";

test("passes exactly where |a − e| ≤ atol + rtol·|e|", () => {
  const tolerance = { atol: 0.1, rtol: 0.01 };
  expect(compare("within", [10.19], [10], tolerance).passed).toBe(true);
  expect(compare("beyond", [10.21], [10], tolerance).passed).toBe(false);
  expect(compare("relative", [101, 0], [100, 0.0001], { rtol: 0.1 }).passed).toBe(false);
});

test("NaN never passes, wherever it stands", () => {
  expect(compare("first", [NaN, 1], [1, 1], { atol: 1 }).passed).toBe(false);
  expect(compare("last", [1, NaN], [1, 1], { rtol: 1 }).passed).toBe(false);
});

test("another number of values is an error, not a failed case", () => {
  expect(() => compare("loss", [1], [1, 2], { atol: 1 })).toThrow(
    "loss: got 1 numbers, expected 2",
  );
});

test("flattens row by row", () => {
  expect(flatten([[[1, 2]], [[3]], 4])).toEqual([1, 2, 3, 4]);
});
