import fc from "fast-check";
import { expect, test } from "vitest";
import type { QuestionScore } from "../study/scoring";
import { MEASURE_NAMES } from "../measures/registry";
import { compareScores } from "./compare";

const scored = (id: number, sage: number | null): QuestionScore => ({
  ...{ id, sage, meanSimilarity: sage, evenness: sage === null ? null : 1, weakest: sage },
  ...{ n: 5, reason: sage === null ? "too few answers" : null, bleu: 0.1, rougeL: 0.2 },
  ...{ answered: [0, 1, 2, 3, 4], weights: [] },
});
const options = { seed: 1, replicates: 200 };

test("questions are paired by id, whatever their order, and the largest change comes first", () => {
  const before = [scored(1, 0.5), scored(2, 0.4), scored(3, null), scored(4, 0.9)];
  const after = [scored(2, 0.9), scored(3, 0.8), scored(1, 0.4), scored(5, 0.1)];
  const { changes, measures, unpaired } = compareScores(before, after, options);
  expect(changes).toEqual([
    { id: 2, before: 0.4, after: 0.9 },
    { id: 1, before: 0.5, after: 0.4 },
  ]);
  const [sage] = measures;
  expect(sage!.paired).toMatchObject({ n: 2, higher: 1, lower: 1 });
  expect(sage!.paired.meanDifference).toBeCloseTo(0.2);
  expect([sage!.before, sage!.after]).toEqual([0.45, 0.65]);
  expect(unpaired).toBe(3); // 3 has a score after, 4 before, 5 after
});

test("a measure that is defined where SaGE is not keeps its own n", () => {
  const { measures } = compareScores([scored(1, null)], [scored(1, 0.3)], options);
  const n = Object.fromEntries(measures.map(({ measure, paired }) => [measure, paired.n]));
  expect(n).toMatchObject({ sage: 0, rougeL: 1 });
  expect(measures.map(({ measure }) => measure)).toEqual(MEASURE_NAMES);
});

test("exchanging the two models turns every difference round", () => {
  const list = fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { minLength: 2, maxLength: 9 });
  fc.assert(
    fc.property(list, list, (xs, ys) => {
      const n = Math.min(xs.length, ys.length);
      const [a, b] = [xs, ys].map((values) => values.slice(0, n).map((x, i) => scored(i, x)));
      const there = compareScores(a!, b!, options).measures[0]!.paired;
      const back = compareScores(b!, a!, options).measures[0]!.paired;
      expect(back.meanDifference).toBeCloseTo(-there.meanDifference!, 12);
      expect([back.higher, back.lower, back.p]).toEqual([there.lower, there.higher, there.p]);
    }),
  );
});

test("models with no question in common have no figures, and no throw", () => {
  const { measures, power, changes } = compareScores([scored(1, 1)], [scored(2, 1)], options);
  expect(measures[0]!.paired.meanDifference).toBeNull();
  expect(measures[0]!.before).toBeNull();
  expect([power, changes]).toEqual([null, []]);
});
