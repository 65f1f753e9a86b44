import fc from "fast-check";
import { expect, test } from "vitest";
import { relate } from "./relate";

const models = (accuracy: readonly number[], consistency: readonly number[]) =>
  accuracy.map((x, i) => ({ name: `m${i}`, accuracy: x, consistency: consistency[i]! }));

test("r is Pearson's, with an interval around it", () => {
  // Anscombe's first set, r = .81642
  const x = [10, 8, 13, 9, 11, 14, 6, 4, 12, 7, 5];
  const y = [8.04, 6.95, 7.58, 8.81, 8.33, 9.96, 7.24, 4.26, 10.84, 4.82, 5.68];
  const { r, interval, n, reason } = relate(models(x, y), 1);
  expect(r).toBeCloseTo(0.81642, 5);
  expect({ n, reason }).toEqual({ n: 11, reason: null });
  expect(interval![0]).toBeLessThan(r!);
  expect(interval![1]).toBeGreaterThan(r!);
});

test("exchanging accuracy and consistency changes nothing, and turning one round turns r round", () => {
  const values = fc.array(fc.integer({ min: 0, max: 20 }), { minLength: 5, maxLength: 5 });
  fc.assert(
    fc.property(values, values, (x, y) => {
      fc.pre(new Set(x).size > 1 && new Set(y).size > 1);
      const { r } = relate(models(x, y), 1);
      expect(relate(models(y, x), 1).r).toBeCloseTo(r!, 12);
      expect(
        relate(
          models(
            x,
            y.map((v) => -v),
          ),
          1,
        ).r,
      ).toBeCloseTo(-r!, 12);
    }),
    { numRuns: 20 },
  );
});

test("three models, and models of one accuracy, have no r and a reason", () => {
  expect(relate(models([1, 2, 3], [1, 2, 3]), 1)).toEqual({
    ...{ r: null, interval: null, n: 3 },
    reason: "it needs 4 models with both figures, there are 3",
  });
  const { r, reason } = relate(models([0.5, 0.5, 0.5, 0.5], [1, 2, 3, 4]), 1);
  expect(r).toBeNull();
  expect(reason).toContain("all 4 values of one side are 0.5");
});

test("a figure that is not finite is refused", () => {
  expect(() => relate(models([1, 2, 3, NaN], [1, 2, 3, 4]), 1)).toThrow("cannot correlate NaN");
});
