import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sageOfPairs } from "../sage/sage";
import { type AnswerGraph, type Credit, subgraph } from "./graph";
import { groupSage } from "./group-sage";
import { leaveOneOut } from "./leave-one-out";
import { meanSimilarity } from "./mean-similarity";
import { plantedGroup } from "./planted.fixture";
import { matchTuples, tupleSage } from "./tuple-sage";

const draw = { rounds: 4, seed: 1 };
const credits = { meanSimilarity, leaveOneOut, groupSage, tupleSage };

/** Example B of the SaGE reference: four answers agree, the fifth is an outlier; SaGE 0.503677. */
const exampleB: AnswerGraph = {
  wordings: [0, 1, 2, 3, 4],
  weights: [0.9, 0.85, 0.8, 0.3, 0.88, 0.78, 0.25, 0.82, 0.35, 0.2],
};

const graphs = fc.integer({ min: 3, max: 6 }).chain((n) =>
  fc.record({
    wordings: fc.constant(Array.from({ length: n }, (_, i) => i)),
    weights: fc.array(fc.double({ min: -1, max: 1, noNaN: true }), {
      minLength: (n * (n - 1)) / 2,
      maxLength: (n * (n - 1)) / 2,
    }),
  }),
);

test("by hand: mean similarity of the worked example is strength over four", () => {
  expect(meanSimilarity(exampleB, draw)).toBeAllClose(
    [2.85, 2.81, 2.9, 2.6, 1.1].map((strength) => strength / 4),
    { rtol: 1e-12 },
  );
});

test("by hand: group SaGE is the worked example's, and leave-one-out its difference from the rest", () => {
  expect(groupSage(exampleB, draw)).toBeAllClose(new Array<number>(5).fill(0.5036767165028265));
  const withoutLast = sageOfPairs([0.9, 0.85, 0.8, 0.88, 0.78, 0.82], 4).sage!;
  expect(leaveOneOut(exampleB, draw)[4]).toBeCloseTo(0.5036767165028265 - withoutLast, 12);
  expect(leaveOneOut(exampleB, draw)[4]).toBeLessThan(-0.3);
});

test("samples of the same wording do not pay each other", () => {
  // answers 0 and 1 are one wording's, 2 another's: their own similarity of 1 is left out
  const graph = { wordings: [0, 0, 1], weights: [1, 0.2, 0.4] };
  expect(meanSimilarity(graph, draw)).toBeAllClose([0.2, 0.4, 0.3], { rtol: 1e-12 });
});

test("the mean of mean similarities is the mean pair weight", () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const scores = meanSimilarity(graph, draw);
      const mean = (x: readonly number[]) => x.reduce((a, b) => a + b) / x.length;
      expect(mean(scores)).toBeCloseTo(mean(graph.weights), 10);
    }),
  );
});

test("with one sample a wording, tuple SaGE is group SaGE", () => {
  fc.assert(
    fc.property(graphs, fc.nat(), (graph, seed) => {
      expect(tupleSage(graph, { rounds: 3, seed })).toBeAllClose(groupSage(graph, draw), {
        atol: 1e-12,
      });
    }),
  );
});

test("the order of the answers changes no credit but its place", () => {
  fc.assert(
    fc.property(graphs, (graph) => {
      const reversed = graph.wordings.map((_, i) => graph.wordings.length - 1 - i);
      for (const credit of [meanSimilarity, leaveOneOut, groupSage]) {
        const backwards = credit(subgraph(graph, reversed), draw).reverse();
        expect(backwards).toBeAllClose(credit(graph, draw), { atol: 1e-9 });
      }
    }),
  );
});

test("tuples hold one answer a wording, every answer is in one each round, and the seed decides them", () => {
  const wordings = [0, 1, 2, 0, 1, 2, 0, 1]; // wording 2 lacks its third sample
  const tuples = matchTuples(wordings, { rounds: 2, seed: 7 });
  expect(tuples).toHaveLength(6);
  for (const tuple of tuples) expect(tuple.map((i) => wordings[i])).toEqual([0, 1, 2]);
  expect([...new Set(tuples.slice(0, 3).flat())].sort()).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  expect(matchTuples(wordings, { rounds: 2, seed: 7 })).toEqual(tuples);
  expect(matchTuples(wordings, { rounds: 2, seed: 8 })).not.toEqual(tuples);
});

describe("of 200 seeded groups with one planted outlier", () => {
  const ranksLowest = (credit: Credit, samples: number) => {
    const found = Array.from({ length: 200 }, (_, seed) => {
      const group = plantedGroup(seed, { samples });
      const scores = credit(group, { rounds: 4, seed });
      return scores.every((score, i) => i === group.outlier || score > scores[group.outlier]!);
    });
    return found.filter(Boolean).length / found.length;
  };

  test.each([
    ["meanSimilarity", 1],
    ["leaveOneOut", 1],
    ["meanSimilarity", 4],
    ["tupleSage", 4],
  ] as const)("%s with %d samples a wording pays it least in 95 % or more", (name, samples) => {
    expect(ranksLowest(credits[name], samples)).toBeGreaterThanOrEqual(0.95);
  });

  test("group SaGE never does: it pays all the same", () => {
    expect(ranksLowest(groupSage, 1)).toBe(0);
  });
});

test.each([
  ["mean-similarity", meanSimilarity, 2, 1],
  ["group-sage", groupSage, 2, 1],
  ["tuple-sage", tupleSage, 2, 1],
  ["leave-one-out", leaveOneOut, 3, 2],
] as const)("%s refuses too few wordings by name", (name, credit, fewest, answered) => {
  const graph = { wordings: [0, answered - 1], weights: [0.5] };
  expect(() => credit(graph, draw)).toThrow(
    `the reward ${name} needs answers to ${fewest} wordings or more, got ${answered}; choose another reward`,
  );
});

test("tuples refuse no rounds", () => {
  expect(() => matchTuples([0, 1], { rounds: 0, seed: 1 })).toThrow(
    "tuples need 1 round of matching or more, got 0",
  );
});
