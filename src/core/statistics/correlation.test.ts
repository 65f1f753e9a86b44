import fc from "fast-check";
import { expect, test } from "vitest";
import { type CorrelationKind, correlations, kendallTauB, pearson, spearman } from "./correlation";

const KINDS = Object.keys(correlations) as CorrelationKind[];

test("agrees with SciPy's documented examples", () => {
  // scipy.stats.kendalltau and spearmanr of their own docstrings; pearsonr likewise.
  expect(kendallTauB([12, 2, 1, 12, 2], [1, 4, 7, 1, 0]).coefficient).toBeCloseTo(
    -0.47140452079103173,
    14,
  );
  expect(spearman([1, 2, 3, 4, 5], [5, 6, 7, 8, 7]).coefficient).toBeCloseTo(
    0.8207826816681233,
    14,
  );
  expect(pearson([1, 2, 3, 4, 5, 6, 7], [10, 9, 2.5, 6, 4, 3, 2]).coefficient).toBeCloseTo(
    -0.828503883588428,
    14,
  );
});

test.each(KINDS)(
  "%s: symmetric, 1 with itself, −1 with its negative, blind to shift and scale",
  (kind) => {
    const values = fc.array(
      fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })),
      { maxLength: 12 },
    );
    fc.assert(
      fc.property(values, (pairs) => {
        const [x, y] = [pairs.map(([a]) => a), pairs.map(([, b]) => b)];
        const of = (x: readonly number[], y: readonly number[]) =>
          correlations[kind](x, y).coefficient;
        const r = of(x, y);
        if (r === null) {
          expect(new Set(x).size < 2 || new Set(y).size < 2).toBe(true);
          return;
        }
        expect(Math.abs(r)).toBeLessThanOrEqual(1);
        expect(of(y, x)).toBeCloseTo(r, 12);
        expect(
          of(
            x.map((a) => 3 * a + 5),
            y,
          ),
        ).toBeCloseTo(r, 12);
        expect(
          of(
            x.map((a) => -a),
            y,
          ),
        ).toBeCloseTo(-r, 12);
        expect(of(x, x)).toBeCloseTo(1, 12);
      }),
    );
  },
);

test("ranks see only the order", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 12 }), (x) => {
      const y = x.map((_, i) => i % 5);
      for (const of of [spearman, kendallTauB]) {
        const cubes = x.map((a) => a ** 3);
        expect(of(cubes, y).coefficient).toBe(of(x, y).coefficient);
      }
    }),
  );
});

test.each(KINDS)("%s is null for too few or constant values, with the reason", (kind) => {
  expect(correlations[kind]([1], [2])).toEqual({
    coefficient: null,
    n: 1,
    reason: "a correlation needs at least 2 values, got 1",
  });
  expect(correlations[kind]([1, 2], [3, 3]).reason).toBe(
    "all 2 values of one side are 3, so nothing can vary with them",
  );
});

test("refuses different lengths and values that are not finite", () => {
  expect(() => pearson([1], [1, 2])).toThrow("1 and 2 values differ in number");
  expect(() => spearman([1, Number.NaN], [1, 2])).toThrow(
    "cannot correlate NaN; leave undefined values out",
  );
});
