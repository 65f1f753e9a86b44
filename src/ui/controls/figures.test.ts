import { expect, test } from "vitest";
import { change, interval, score } from "./figures";

test("a score has two digits and no 0 before the point", () => {
  expect([0.571, 1, 0, -0.034, -0.001, null].map(score)).toEqual([
    ".57",
    "1.00",
    ".00",
    "−.03",
    ".00",
    "–",
  ]);
});

test("an interval that is undefined is a dash", () => {
  expect(interval([0.4, 0.523])).toBe("[.40, .52]");
  expect(interval(null)).toBe("–");
});

test("a change carries its sign", () => {
  expect([0.11, -0.03, 0].map(change)).toEqual(["+.11", "−.03", "+.00"]);
});
