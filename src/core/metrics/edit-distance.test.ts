import fc from "fast-check";
import { expect, test } from "vitest";
import { editDistance, normalisedEditDistance } from "./edit-distance";

test.each([
  ["kitten", "sitting", 3], // Wagner & Fischer's usual example
  ["rain", "shine", 3], // of NLTK's documentation
  ["", "abc", 3],
  ["same", "same", 0],
  ["a👍b", "ab", 1], // a code point is one character
])("from %j to %j it is %i", (a, b, distance) => {
  expect(editDistance(a, b)).toBe(distance);
});

test("it is a metric: symmetric, 0 for equal texts alone, and no detour is shorter", () => {
  const text = fc.string({ maxLength: 12, unit: fc.constantFrom("a", "b", "c", "😀") });
  fc.assert(
    fc.property(text, text, text, (a, b, c) => {
      const direct = editDistance(a, b);
      expect(editDistance(b, a)).toBe(direct);
      expect(direct === 0).toBe(a === b);
      expect(direct).toBeLessThanOrEqual(editDistance(a, c) + editDistance(c, b));
    }),
  );
});

test("normalised it lies from 0 to 1, and two empty texts are equal", () => {
  expect(normalisedEditDistance("", "")).toBe(0);
  expect(normalisedEditDistance("abc", "xyz")).toBe(1);
  expect(normalisedEditDistance("kitten", "sitting")).toBeCloseTo(3 / 7, 12);
});
