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

test("a dash or a quote that was re-encoded doesn't part a pair from its row", () => {
  const rows = [pair(1, "a — it’s", "b"), pair(2, "c", "d")];
  const read = [pair(2, "c", "d"), pair(1, "a â€” itâ€™s", "b")];
  expect(matchPairs(rows, read)).toEqual([null, 0]);
  expect(matchPairsLoosely(rows, read)).toEqual([1, 0]);
});

test("another word, another question, or nothing but other characters is another pair", () => {
  const rows = [pair(1, "a dog", "b")];
  expect(matchPairsLoosely(rows, [pair(1, "a cat", "b")])).toEqual([null]);
  expect(matchPairsLoosely(rows, [pair(2, "a — dog", "b")])).toEqual([null]);
  expect(matchPairsLoosely([pair(1, "да", "нет")], [pair(1, "не", "нет")])).toEqual([null]);
});
