import { expect, test } from "vitest";
import type { Answer } from "../answers/answer";
import { toExamples, toPairs } from "./examples";

const question = {
  ...{ id: 1, text: "Is it right?", topic: null, recorded: null },
  paraphrases: ["Is it right?", "Is it good?", "Is it right?"],
};
const answers = (texts: readonly string[]): Answer[] =>
  texts.map((text, paraphrase) => ({ questionId: 1, paraphrase, text }) as Answer);
const ids = new Set([1]);
const pairsOf = (preferred: readonly string[], other: readonly string[]) =>
  toPairs(answers(preferred), answers(other), [question], ids, "{question}").get(1)!;

test("of a wording that stands twice, each place is paired with its own answer", () => {
  const pairs = pairsOf(["A", "B", "C"], ["x", "y", "z"]);
  expect(pairs.map(({ chosen, rejected }) => chosen.text + rejected.text)).toEqual(["Ax", "By", "Cz"]); // prettier-ignore
  expect(pairs[2]!.prompt).toBe("Is it right?");
});

test("an empty or equal answer makes no pair, and takes none from its other place", () => {
  const pairs = pairsOf(["A", "B", "C"], [" ", "B", "z"]);
  expect(pairs.map(({ chosen }) => chosen.text)).toEqual(["C"]);
});

test("questions outside the set give neither examples nor pairs", () => {
  expect(toExamples(answers(["A"]), [question], new Set(), "{question}").size).toBe(0);
  expect(toPairs(answers(["A"]), answers(["x"]), [question], new Set(), "{question}").size).toBe(0);
});
