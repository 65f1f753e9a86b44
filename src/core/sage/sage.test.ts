import fc from "fast-check";
import { expect, test } from "vitest";
import { evenness, nodeStrengths } from "./entropy";
import { sageOfPairs } from "./sage";
import { pairs } from "./similarity";

const oneOutlier = [0.9, 0.85, 0.8, 0.3, 0.88, 0.78, 0.25, 0.82, 0.35, 0.2];
/** Weights of five nodes in two groups. */
const grouped = (group: readonly number[], within: number, across: number) =>
  pairs(5).map(([i, j]) => (group[i] === group[j] ? within : across));
const positions = (n: number) => Array.from({ length: n }, (_, i) => i);

test("example A: three nodes, step by step", () => {
  const weights = [0.9, 0.8, 0.4];
  expect(nodeStrengths(weights, positions(3))).toBeAllClose([1.7, 1.3, 1.2], { rtol: 1e-12 });
  expect(sageOfPairs(weights, 3)).toEqual({
    sage: expect.closeTo(0.22856721639735944, 14) as number,
    meanSimilarity: expect.closeTo(0.7, 14) as number,
    evenness: expect.closeTo(0.326525, 6) as number,
    weakest: expect.closeTo(0.6, 14) as number,
    n: 3,
    reason: null,
  });
});

test.each([
  [10, 0.5036767165028265, 14],
  [1, 0.595326, 6],
  [2, 0.567798, 6],
])("example B: one outlier, with exponent %d", (sageExponent, sage, digits) => {
  expect(sageOfPairs(oneOutlier, 5, { sageExponent }).sage).toBeCloseTo(sage, digits);
});

test.each([
  ["C: all .9", new Array<number>(10).fill(0.9), 0.9, 1, 0.9],
  ["D: three against two", grouped([0, 0, 0, 1, 1], 0.9, 0.2), 0.48, 0.725487, 0.348234],
  ["E: all .1", new Array<number>(10).fill(0.1), 0.1, 1, 0.1],
  ["F: five identical", new Array<number>(10).fill(1), 1, 1, 1],
  ["G2: four identical, one at .5", grouped([0, 0, 0, 0, 1], 1, 0.5), 0.8, 0.865153, 0.692123],
  ["H: one at −.1 to all", grouped([0, 0, 0, 0, 1], 0.9, -0.1), 0.5, 2 / Math.log2(5), 0.430677],
])("example %s, by position", (_, weights, mean, even, sage) => {
  const score = sageOfPairs(weights, 5);
  expect(score.meanSimilarity).toBeCloseTo(mean, 12);
  expect(score.evenness).toBeCloseTo(even, 6);
  expect(score.sage).toBeCloseTo(sage, 6);
});

test("examples F2 and G: nodes keyed by text collapse equal answers, as the reference code does", () => {
  const score = (texts: string[], weights: number[]) =>
    sageOfPairs(weights, 5, { nodes: "text", texts });
  expect(score(["a", "a", "a", "a", "a"], new Array<number>(10).fill(1)).sage).toBe(0);

  const g = score(["a", "a", "a", "a", "b"], grouped([0, 0, 0, 0, 1], 1, 0.5));
  expect(g.evenness).toBeCloseTo(1.04e-7, 9);
  expect(g.sage).toBeCloseTo(8.36e-8, 10);
  expect(g.weakest).toBeCloseTo(0.5, 12); // of the answers, not of the collapsed nodes
});

test("example I: two answers score their one weight", () => {
  expect(sageOfPairs([0.37], 2)).toMatchObject({ sage: 0.37, evenness: 1, weakest: 0.37 });
});

test("without a positive weight strengths are even, so SaGE is the negative mean", () => {
  expect(sageOfPairs([-0.1, -0.2, 0], 3).sage).toBeCloseTo(-0.1, 12);
  expect(sageOfPairs([0, 0, 0], 3).sage).toBe(0);
});

test.each([
  [[], 0, "consistency needs at least 2 answers, there are 0"],
  [[], 1, "consistency needs at least 2 answers, there is 1"],
  [[1, Number.NaN, 1], 3, "the similarity of answers 1 and 3 is NaN"],
  [[1, 1, Infinity], 3, "the similarity of answers 2 and 3 is Infinity"],
])("weights %j of %d answers: undefined, and says why", (weights, n, reason) => {
  const nothing = { sage: null, meanSimilarity: null, evenness: null, weakest: null };
  expect(sageOfPairs(weights, n)).toEqual({ ...nothing, n, reason });
});

test("refuses what doesn't fit together", () => {
  expect(() => sageOfPairs([1, 1], 3)).toThrow("3 answers have 3 pairs, got 2 weights");
  expect(() => sageOfPairs([], -1)).toThrow("n must be a whole number, got -1");
  expect(() => sageOfPairs([1], 2, { nodes: "text", texts: ["a"] })).toThrow(
    "2 answers need 2 texts, got 1",
  );
  for (const exponent of [Number.NaN, -1, Infinity]) {
    expect(() => evenness([1, 2], exponent)).toThrow("sageExponent must be a finite number");
  }
});

const weightsOfFive = fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
  minLength: 10,
  maxLength: 10,
});

test("SaGE never exceeds a mean similarity of 0 or more, and never falls below a negative one", () => {
  fc.assert(
    fc.property(weightsOfFive, (weights) => {
      const { sage, meanSimilarity } = sageOfPairs(weights, 5);
      expect(Math.abs(sage!)).toBeLessThanOrEqual(Math.abs(meanSimilarity!));
      expect(sage! * meanSimilarity!).toBeGreaterThanOrEqual(0);
    }),
  );
});

test("the order of the answers doesn't matter", () => {
  const orders = fc.shuffledSubarray(positions(5), { minLength: 5 });
  fc.assert(
    fc.property(weightsOfFive, orders, (weights, order) => {
      const weightOf = new Map(pairs(5).map(([i, j], p) => [`${i}-${j}`, weights[p]!]));
      const reordered = pairs(5).map(([i, j]) => {
        const [a, b] = [order[i]!, order[j]!].sort();
        return weightOf.get(`${a}-${b}`)!;
      });
      expect(sageOfPairs(reordered, 5).sage).toBeCloseTo(sageOfPairs(weights, 5).sage!, 10);
    }),
  );
});

test("scaling every weight scales SaGE and leaves evenness alone", () => {
  const scales = fc.double({ min: 0.01, max: 1, noNaN: true });
  const scores = weightsOfFive.map((weights) => weights.map((w) => Math.abs(w) + 1e-3));
  fc.assert(
    fc.property(scores, scales, (weights, scale) => {
      const whole = sageOfPairs(weights, 5);
      const scaled = sageOfPairs(
        weights.map((w) => scale * w),
        5,
      );
      expect(scaled.sage).toBeCloseTo(scale * whole.sage!, 10);
      expect(scaled.evenness).toBeCloseTo(whole.evenness!, 10);
    }),
  );
});

test("distinct texts give the same score as positions", () => {
  const texts = ["a", "b", "c", "d", "e"];
  fc.assert(
    fc.property(weightsOfFive, (weights) => {
      expect(sageOfPairs(weights, 5, { nodes: "text", texts })).toEqual(sageOfPairs(weights, 5));
    }),
  );
});
