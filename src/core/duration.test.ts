import { expect, test } from "vitest";
import { duration, exactDuration } from "./duration";

test.each([
  [0, "1 s"],
  [8_400, "8 s"],
  [61_000, "1 min"],
  [7_200_000, "2 h"],
  [7_500_000, "2 h 5 min"],
])("%i ms to go are written as %s", (ms, text) => {
  expect(duration(ms)).toBe(text);
});

test.each([
  [0, "0 s"],
  [89_400, "89 s"],
  [119_700, "2 min 0 s"],
  [125_000, "2 min 5 s"],
])("%i ms that were measured are written as %s", (ms, text) => {
  expect(exactDuration(ms)).toBe(text);
});
