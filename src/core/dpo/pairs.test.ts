import fc from "fast-check";
import { expect, test } from "vitest";
import { GROUPINGS } from "../group-rl/config";
import { type RankedAnswer, rankedPairs } from "./pairs";

const answer = (rollout: number, wording: number, score: number): RankedAnswer => ({
  ...{ rollout, wording, score },
});
/** Two answers to each of three wordings. */
const six = [0.5, 0.9, 0.2, 0.6, 0.4, 0.3].map((score, i) => answer(i, i % 3, score));

test("within a question its best answer stands against the worst of each other wording", () => {
  expect(rankedPairs(six, "question", 0)).toEqual([
    { chosen: 1, rejected: 0, margin: 0.9 - 0.5 },
    { chosen: 1, rejected: 2, margin: 0.9 - 0.2 },
  ]);
});

test("within a wording its best answer stands against its worst", () => {
  expect(rankedPairs(six, "wording", 0).map(({ chosen, rejected }) => [chosen, rejected])).toEqual([
    [3, 0],
    [1, 4],
    [5, 2],
  ]);
});

test("scores that differ by no more than the margin make no pair, and neither does one answer alone", () => {
  expect(rankedPairs(six, "wording", 0.1)).toHaveLength(1); // .2 against .3 and .5 against .6 are too close
  expect(rankedPairs([answer(0, 0, 1)], "question", 0)).toEqual([]);
  expect(rankedPairs([answer(0, 0, 1), answer(1, 1, 1)], "question", 0)).toEqual([]);
  expect(rankedPairs([], "wording", 0)).toEqual([]);
});

test("whatever the scores, the chosen answer has the higher one by more than the margin", () => {
  const scores = fc.array(fc.tuple(fc.nat(4), fc.double({ min: -1, max: 1, noNaN: true })));
  fc.assert(
    fc.property(
      scores,
      fc.constantFrom(...GROUPINGS),
      fc.double({ min: 0, max: 1, noNaN: true }),
      (paid, grouping, least) => {
        const answers = paid.map(([wording, score], i) => answer(i, wording, score));
        for (const { chosen, rejected, margin } of rankedPairs(answers, grouping, least)) {
          expect(margin).toBe(answers[chosen]!.score - answers[rejected]!.score);
          expect(margin).toBeGreaterThan(least);
          const sameWording = answers[chosen]!.wording === answers[rejected]!.wording;
          expect(sameWording).toBe(grouping === "wording");
        }
      },
    ),
  );
});

test("refuses a score that is not finite", () => {
  expect(() => rankedPairs([answer(3, 0, NaN)], "question", 0)).toThrow("rollout 3 must be finite");
});
