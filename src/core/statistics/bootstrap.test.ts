import fc from "fast-check";
import { expect, test } from "vitest";
import { bootstrapMean, quantile } from "./bootstrap";

test("agrees with an independent Python bootstrap of the same generator", () => {
  const interval = bootstrapMean([0.2, 0.4, 0.9, 0.5, 0.7], { seed: 42 });
  expect(interval!.low).toBeCloseTo(0.34, 12);
  expect(interval!.high).toBeCloseTo(0.76, 12);
  const narrower = bootstrapMean([0.2, 0.4, 0.9, 0.5, 0.7], { seed: 42, confidence: 0.9 });
  expect(narrower!.low).toBeCloseTo(0.36, 12);
  expect(narrower!.high).toBeCloseTo(0.72, 12);
});

test("approaches mean ± 1.96 standard errors for many values", () => {
  const values = Array.from({ length: 400 }, (_, i) => i / 399);
  const { low, high } = bootstrapMean(values, { seed: 1 })!;
  const halfWidth = 1.96 * Math.sqrt(1 / 12 / 400);
  expect(low).toBeCloseTo(0.5 - halfWidth, 2);
  expect(high).toBeCloseTo(0.5 + halfWidth, 2);
});

test("lies within the values, repeats with its seed and moves with the values", () => {
  const finite = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
    minLength: 2,
    maxLength: 10,
  });
  fc.assert(
    fc.property(finite, fc.nat(), (values, seed) => {
      const options = { seed, replicates: 50 };
      const { low, high } = bootstrapMean(values, options)!;
      expect(low).toBeGreaterThanOrEqual(Math.min(...values) - 1e-12);
      expect(high).toBeLessThanOrEqual(Math.max(...values) + 1e-12);
      expect(low).toBeLessThanOrEqual(high);
      expect(bootstrapMean(values, options)).toEqual({ low, high });
      const shifted = bootstrapMean(
        values.map((v) => v + 5),
        options,
      )!;
      expect(shifted.low).toBeCloseTo(low + 5, 10);
    }),
  );
});

test("fewer than two values have no interval", () => {
  expect(bootstrapMean([], { seed: 1 })).toBeNull();
  expect(bootstrapMean([0.5], { seed: 1 })).toBeNull();
});

test.each([
  [[1, Number.NaN], {}, "cannot resample NaN; leave undefined scores out"],
  [[1, 2], { replicates: 0 }, "replicates must be a positive integer, got 0"],
  [[1, 2], { confidence: 1 }, "confidence must lie between 0 and 1, got 1"],
])("refuses %j with %j", (values, options, message) => {
  expect(() => bootstrapMean(values, { seed: 1, ...options })).toThrow(message);
});

test.each([
  [0, 1],
  [0.25, 1.75],
  [0.5, 2.5],
  [0.9, 3.7],
  [1, 4],
])("quantile %d of 1, 2, 3, 4 is R's type 7: %d", (p, expected) => {
  expect(quantile([1, 2, 3, 4], p)).toBeCloseTo(expected, 12);
});

test("a quantile refuses no values and p outside [0, 1]", () => {
  expect(() => quantile([], 0.5)).toThrow("a quantile needs at least one value");
  expect(() => quantile([1], 1.5)).toThrow("p must lie in [0, 1], got 1.5");
});
