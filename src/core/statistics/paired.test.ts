import fc from "fast-check";
import { expect, test } from "vitest";
import { mulberry32 } from "../random";
import { pairedDifference } from "./paired";

test("counts, mean and exact p of a small comparison, by hand", () => {
  const result = pairedDifference([0.1, 0.2, 0.3, 0.4], [0.2, 0.4, 0.6, 0.4], { seed: 1 });
  expect(result).toMatchObject({ n: 4, higher: 3, lower: 0, equal: 1, reason: null });
  expect(result.meanDifference).toBeCloseTo(0.15, 12);
  expect(result.p).toBe(0.25); // 4 of the 16 sign patterns of .1, .2, .3, 0 sum to ±.6
  expect(result.interval!.low).toBeGreaterThanOrEqual(0);
  expect(result.interval!.high).toBeLessThanOrEqual(0.3 + 1e-12);
});

test("all differences of one sign give the smallest p, 2/2ⁿ", () => {
  const before = Array.from({ length: 12 }, (_, i) => i / 100);
  const after = before.map((score, i) => score + 0.1 + i / 1000);
  expect(pairedDifference(before, after, { seed: 1 }).p).toBe(2 / 2 ** 12);
});

test("no difference at all gives p = 1", () => {
  expect(pairedDifference([1, 2, 3], [1, 2, 3], { seed: 1 })).toMatchObject({
    meanDifference: 0,
    interval: { low: 0, high: 0 },
    equal: 3,
    p: 1,
  });
});

test("the sampled p approaches the exact one", () => {
  // Thirteen equal differences, ten up: P(at least 10 or at most 3 of 13 up) = 2·378/8192.
  const before = new Array<number>(13).fill(0);
  const after = before.map((_, i) => (i < 10 ? 1 : -1));
  const { p } = pairedDifference(before, after, { seed: 3, permutations: 20_000 });
  expect(p).toBeCloseTo(756 / 8192, 2);
});

test("a sampled p counts the pattern that was seen, so that it is never 0", () => {
  const before = new Array<number>(40).fill(0);
  const after = before.map((_, i) => 1 + i / 100);
  expect(pairedDifference(before, after, { seed: 1, permutations: 99 }).p).toBe(1 / 100);
});

test("under no effect, p is below .05 in about one comparison of twenty", () => {
  const random = mulberry32(5);
  const noise = () => Array.from({ length: 10 }, random);
  const ps = Array.from(
    { length: 300 },
    () => pairedDifference(noise(), noise(), { seed: 1, replicates: 1 }).p!,
  );
  expect(ps.filter((p) => p <= 0.05).length / ps.length).toBeCloseTo(0.05, 1);
});

test("swapping the runs turns the difference round and keeps p", () => {
  const scores = fc.array(
    fc.tuple(
      fc.double({ min: 0, max: 1, noNaN: true }),
      fc.double({ min: 0, max: 1, noNaN: true }),
    ),
    {
      minLength: 2,
      maxLength: 6,
    },
  );
  fc.assert(
    fc.property(scores, (pairs) => {
      const before = pairs.map(([a]) => a);
      const after = pairs.map(([, b]) => b);
      const options = { seed: 1, replicates: 20 };
      const forward = pairedDifference(before, after, options);
      const back = pairedDifference(after, before, options);
      expect(back.meanDifference).toBeCloseTo(-forward.meanDifference!, 12);
      expect([back.higher, back.lower, back.p]).toEqual([forward.lower, forward.higher, forward.p]);
      expect(back.interval!.low).toBeCloseTo(-forward.interval!.high, 10);
    }),
  );
});

test("a question without both scores is left out", () => {
  const result = pairedDifference([0.1, null, 0.3], [0.2, 0.5, null], { seed: 1 });
  expect(result).toMatchObject({ n: 1, higher: 1, interval: null, p: 1 });
  expect(result.reason).toBe("an interval needs at least 2 questions, there is 1");
});

test("without any question everything is null, with a reason", () => {
  expect(pairedDifference([null], [1], { seed: 1 })).toEqual({
    meanDifference: null,
    interval: null,
    n: 0,
    higher: 0,
    lower: 0,
    equal: 0,
    p: null,
    reason: "no question has a score in both runs",
  });
});

test("refuses runs of different lengths and no permutations", () => {
  expect(() => pairedDifference([1], [1, 2], { seed: 1 })).toThrow(
    "1 scores before and 2 after differ in number",
  );
  expect(() => pairedDifference([1], [1], { seed: 1, permutations: 0 })).toThrow(
    "permutations must be a positive integer, got 0",
  );
});
