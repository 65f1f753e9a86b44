import { expect, test } from "vitest";
import { sourceOf } from "../../../tests/import/source";
import type { Corpus } from "../corpus/corpus";
import { exportOriginal } from "../import/export";
import { readImport } from "../import/import";
import { answersWithoutRot, type MadeRot } from "./make";
import { passingRots, readRotReview, rotReview, withRots } from "./review";

const CORPUS: Corpus = {
  name: "mine",
  questions: [
    {
      ...{ id: 7, text: "Lie?", topic: null, paraphrases: ["May I?", "May I?", "Or not?"] },
      recorded: [
        { text: "No.", rot: null },
        { text: "No.", rot: null },
        { text: "Never.", rot: "Lying is wrong." },
      ],
    },
  ],
  recordedModel: "recorded in mine.csv",
};
const ANSWERS = answersWithoutRot(CORPUS.questions);
const MADE: MadeRot[] = ANSWERS.map((answer, i) => ({
  ...answer,
  rule: `Rule ${i} holds.`,
  reason: i === 0 ? null : "It repeats the answer.",
}));

test("equal answers to equal wordings keep their order, and a changed rule is read as it stands there", () => {
  const csv = rotReview(MADE).replace("Rule 1 holds.,no", "Be honest.,yes");
  expect(readRotReview(csv, "r.csv", ANSWERS)).toEqual([
    { ...ANSWERS[0], rule: "Rule 0 holds." },
    { ...ANSWERS[1], rule: "Be honest." },
  ]);
});

test("a row of another answer, and an empty rule that is kept, are refused by their place", () => {
  const csv = rotReview(MADE);
  expect(() => readRotReview(csv, "r.csv", ANSWERS.slice(1))).toThrow(
    "r.csv, row 3: there is no such answer to question 7 that lacks a rule",
  );
  const empty = csv.replace("Rule 0 holds.", " ");
  expect(() => readRotReview(empty, "r.csv", ANSWERS)).toThrow(
    'r.csv, row 2, column "rot": the rule is empty, and kept',
  );
});

test("the new corpus has old and kept rules beside their answers, and comes back from its own table", async () => {
  const made = withRots(CORPUS, passingRots(MADE));
  expect(made.questions[0]!.recorded!.map(({ rot }) => rot)).toEqual([
    ...["Rule 0 holds.", null, "Lying is wrong."],
  ]);
  const again = await readImport(sourceOf("mine.csv", exportOriginal(made).text));
  expect(again.corpus).toEqual(made);
});
