import fc from "fast-check";
import { expect, test } from "vitest";
import { rocAuc } from "./roc";

test.each([
  [[0.1, 0.4, 0.35, 0.8], [false, false, true, true], 0.75], // scikit-learn's documented example
  [[1, 2, 3, 4], [false, false, true, true], 1],
  [[4, 3, 2, 1], [false, false, true, true], 0],
  [[1, 1, 1], [true, false, true], 0.5],
  [[1, 2, 2, 3], [false, true, false, true], 0.875],
])("scores %j with labels %j have AUC %d", (scores, positives, auc) => {
  expect(rocAuc(scores, positives)).toBe(auc);
});

test("is the share of positive–negative pairs in order, ties counting half", () => {
  const items = fc.array(fc.tuple(fc.integer({ min: 0, max: 5 }), fc.boolean()), { maxLength: 30 });
  fc.assert(
    fc.property(items, (list) => {
      const of = (kind: boolean) =>
        list.filter(([, positive]) => positive === kind).map(([s]) => s);
      const pairs = of(true).flatMap((p) => of(false).map((n) => (p > n ? 1 : p === n ? 0.5 : 0)));
      const expected = pairs.reduce<number>((a, b) => a + b, 0) / pairs.length;
      const auc = rocAuc(
        list.map(([s]) => s),
        list.map(([, positive]) => positive),
      );
      if (pairs.length === 0) expect(auc).toBeNull();
      else expect(auc).toBeCloseTo(expected, 12);
    }),
  );
});

test("refuses a score that is not finite and lists of different lengths", () => {
  expect(() => rocAuc([Number.NaN, 1], [true, false])).toThrow("cannot rank NaN");
  expect(() => rocAuc([1], [true, false])).toThrow("1 scores and 2 labels differ in number");
});
