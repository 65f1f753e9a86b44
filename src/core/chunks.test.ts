import { expect, test } from "vitest";
import { chunks } from "./chunks";

test("runs keep the order, and the last may be shorter", () => {
  expect(chunks([1, 2, 3, 4, 5], 2)).toEqual([[1, 2], [3, 4], [5]]);
  expect(chunks([], 3)).toEqual([]);
  expect(() => chunks([1], 0)).toThrow("1 item or more, got 0");
});
