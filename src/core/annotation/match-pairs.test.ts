import fc from "fast-check";
import { expect, test } from "vitest";
import { matchPairs, matchPairsLoosely, type PairTexts } from "./match-pairs";

const pair = (questionId: number, ...texts: [string, string]): PairTexts => ({ questionId, texts });
const four = [pair(1, "a", "b"), pair(1, "a", "c"), pair(1, "b", "c"), pair(2, "a", "b")];

test("pairs find their rows in whatever order the file has them", () => {
  fc.assert(
    fc.property(fc.shuffledSubarray([0, 1, 2, 3]), (order) => {
      const rows = order.map((i) => four[i]!);
      expect(matchPairs(four, rows)).toEqual(
        four.map((_, i) => (order.includes(i) ? order.indexOf(i) : null)),
      );
    }),
  );
});

test("equal pairs take equal rows one after another", () => {
  const twice = [four[0]!, four[0]!];
  expect(matchPairs(twice, [four[0]!, four[1]!, four[0]!])).toEqual([0, 2]);
  expect(matchPairs(twice, [four[0]!])).toEqual([0, null]);
});

test("an answer that was re-encoded is told by the other answer of its pair", () => {
  const rows = [pair(1, "a’", "b"), pair(1, "a’", "c"), ...four.slice(2)];
  expect(matchPairs(four, rows)).toEqual([null, null, 2, 3]);
  expect(matchPairsLoosely(four, rows)).toEqual([0, 1, 2, 3]);
});

test("what could be two rows is left open, and another question is never taken", () => {
  expect(matchPairsLoosely([pair(1, "a", "b")], [pair(1, "a", "x"), pair(1, "a", "y")])).toEqual([
    null,
  ]);
  expect(matchPairsLoosely([pair(1, "a", "b"), pair(1, "a", "c")], [pair(1, "a", "x")])).toEqual([
    null,
    null,
  ]);
  expect(matchPairsLoosely([pair(1, "a", "b")], [pair(2, "a", "b")])).toEqual([null]);
});
