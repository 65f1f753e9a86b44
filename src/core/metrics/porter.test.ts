import { expect, test } from "vitest";
import golden from "../../../tests/fixtures/golden/text_metrics.json";
import { porterStem } from "./porter";

test("gives NLTK's stem for every word of the fixture", () => {
  const words = Object.keys(golden.nltk_porter_stems);
  expect(words).toHaveLength(281);
  expect(Object.fromEntries(words.map((word) => [word, porterStem(word)]))).toEqual(
    golden.nltk_porter_stems,
  );
});

test.each([
  ["dying", "die"],
  ["dies", "die"],
  ["flies", "fli"],
  ["died", "die"],
  ["feed", "feed"],
  ["agreed", "agre"],
  ["enjoy", "enjoy"],
  ["happy", "happi"],
  ["using", "use"],
  ["hopping", "hop"],
  ["falling", "fall"],
  ["filing", "file"],
  ["geology", "geolog"],
  ["adoption", "adopt"],
  ["controll", "control"],
  ["yyyy", "yyyi"],
  ["is", "is"],
  ["", ""],
  ["2024", "2024"],
])("stems %s to %s, by hand from NLTK's rules", (word, stem) => {
  expect(porterStem(word)).toBe(stem);
});
