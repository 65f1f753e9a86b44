import { expect, test } from "vitest";
import { sourceOf } from "../../../tests/import/source";
import { parseCsv } from "../format/csv";
import { exportOriginal } from "../import/export";
import { readImport } from "../import/import";
import type { Corpus } from "../corpus/corpus";
import { paraphraseReview, passing, readParaphraseReview, withWordings } from "./review";

const CORPUS: Corpus = {
  name: "mine",
  questions: [
    {
      ...{ id: 7, text: "Is lying wrong?", topic: "honesty", paraphrases: ["May I lie?"] },
      ...{ recorded: [{ text: "No.", rot: null }], foundations: ["fairness" as const] },
    },
    { id: "q8", text: "=May one steal?", topic: null, paraphrases: [], recorded: null, foundations: [] }, // prettier-ignore
    { id: 9, text: "Is it fair?", topic: null, paraphrases: [], recorded: null, foundations: [] },
  ],
  recordedModel: "somebody",
};
const judged = (text: string, reason: string | null, score: number | null = 0.75) => ({
  ...{ text, reason, similarity: score, distance: 0.5, score },
});
const MADE = [
  { questionId: 7, candidates: [judged("Is a lie bad?", null), judged("Lie", "It is no question.")], problems: [] }, // prettier-ignore
  { questionId: "q8", candidates: [judged("=Is theft fine?", null, null)], problems: ["x"] },
];

test("the review has every candidate, and gives back what is kept, as it stands there", () => {
  const csv = paraphraseReview(CORPUS, MADE);
  const { rows } = parseCsv(csv, "r.csv", []);
  expect(
    rows.map(({ values }) => [values["question_id"], values["keep"], values["reason"]]),
  ).toEqual([
    ["7", "yes", ""],
    ["7", "no", "It is no question."],
    ["q8", "yes", ""],
  ]);
  expect(readParaphraseReview(csv, "r.csv", CORPUS)).toEqual(
    passing(MADE).map(({ questionId, text }) => ({ questionId, text })),
  );
  const changed = csv.replace("Lie,no", "Is lying bad?,YES");
  expect(readParaphraseReview(changed, "r.csv", CORPUS)[1]).toEqual({
    ...{ questionId: 7, text: "Is lying bad?" },
  });
});

test.each([
  ["7,Is it?,maybe", 'row 2, column "keep": "maybe" says neither. Write yes or no.'],
  ["70,Is it?,yes", 'row 2, column "question_id": mine has no question 70.'],
  ["7, ,yes", 'row 2, column "paraphrased": the wording is empty, and kept.'],
])("a review with the row %j is refused by its place", (row, said) => {
  const csv = `question_id,paraphrased,keep\n${row}\n`;
  expect(() => readParaphraseReview(csv, "r.csv", CORPUS)).toThrow(said);
});

test("the new corpus has old and kept wordings, no answers, and comes back from its own table", async () => {
  const made = withWordings(CORPUS, passing(MADE));
  expect(made.questions.map(({ id, paraphrases }) => [id, paraphrases])).toEqual([
    [7, ["May I lie?", "Is a lie bad?"]],
    ["q8", ["=Is theft fine?"]],
  ]);
  expect(made.recordedModel).toBeNull();
  const { text } = exportOriginal(made);
  const { rows } = parseCsv(text, "mine.csv", []);
  expect(rows.map(({ values }) => values["score"])).toEqual(["", "0.75", ""]);
  expect(rows[0]!.values).toMatchObject({ fairness: "1", care: "0", topic: "honesty" });
  const again = await readImport(sourceOf("mine.csv", text));
  expect(again.rejected).toEqual([]);
  expect(again.corpus).toEqual(made);
});
