import { expect, test } from "vitest";
import { percent, range, signed, three } from "./figures";

test("coefficients have three digits and a true minus", () => {
  expect([0.8685, -0.0331, 1, 0, -0.0001, null].map(three)).toEqual([
    ".869",
    "−.033",
    "1.000",
    ".000",
    ".000",
    "–",
  ]);
});

test("differences carry their sign", () => {
  expect([0.026, -0.004, 0, null].map(signed)).toEqual(["+.026", "−.004", ".000", "–"]);
});

test("intervals and shares read as words", () => {
  expect(range({ low: 0.839, high: 0.896 })).toBe("[.839, .896]");
  expect(range(null)).toBe("");
  expect(percent(0.9393)).toBe("93.9 %");
  expect(percent(null)).toBe("–");
});
