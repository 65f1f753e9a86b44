import { expect, test } from "vitest";
import { digest } from "../../tests/annotation/tasks";
import { choosePairs, poolAcross, poolOfAnswers, poolOfCsv, poolOfRecorded } from "./task-pairs";

const question = { topic: null, paraphrases: ["a?", "b?", "c?"], recorded: null };
const questions = [
  { ...question, id: 7, text: "May one lie?" },
  { ...question, id: 9, text: "May one steal?" },
];
const answer = (questionId: number, paraphrase: number, text: string) => ({
  ...{ questionId, paraphrase, text, ruleOfThumb: null },
});
const score = (id: number, weights: number[]) => ({
  ...{ id, weights, answered: [0, 2], n: 2, sage: 1, mean: 1, entropy: 0 },
  ...{ bleu: null, rougeL: null },
});

test("all pairs of a question are made, empty answers left out, each with its own similarity", async () => {
  const answers = [
    answer(7, 0, "Yes."),
    answer(7, 1, " "),
    answer(7, 2, "No."),
    ...[0, 1, 2].map((i) => answer(9, i, `Never ${i}.`)),
  ];
  const scores = [score(7, [0.5])] as unknown as Parameters<typeof poolOfAnswers>[2];
  const pool = await poolOfAnswers(answers, questions, scores, digest);
  expect(
    pool.pairs.map(({ question, answers }) => [question, ...answers.map(({ id }) => id)]),
  ).toEqual([
    ["May one lie?", "1", "3"],
    ["May one steal?", "1", "2"],
    ["May one steal?", "1", "3"],
    ["May one steal?", "2", "3"],
  ]);
  expect(pool).toMatchObject({ similarity: [0.5, null, null, null], empty: 1 });
});

test("a CSV's pairs are measured by ROUGE-L, and a stratified sample spans them", async () => {
  const rows = ["a b c,a b c", "a b c,a b x", "a b c,a x y", "a b c,x y z"];
  const csv = `question_id,question,model_output_1,model_output_2\n${rows.map((row) => `1,Q?,${row}`).join("\n")}`;
  const pool = await poolOfCsv(csv, "pairs.csv", digest);
  expect(pool.similarity.map((value) => value!.toFixed(2))).toEqual([
    "1.00",
    "0.67",
    "0.33",
    "0.00",
  ]);
  expect(choosePairs(pool, null, 1, true)).toEqual(pool.pairs);
  for (const seed of [1, 2, 3, 4]) {
    const ends = choosePairs(pool, 2, seed, true).map((pair) => pool.pairs.indexOf(pair));
    expect(ends.map((i) => i < 2)).toEqual([true, false]);
  }
  expect(() => choosePairs(pool, 5, 1, false)).toThrow("whole number from 0 to the 4 pairs");
});

test("recorded answers make the pairs of their question, measured by ROUGE-L; questions without any make none", async () => {
  const recorded = ["Yes.", " ", "No.", "Yes."].map((text) => ({ text, rot: null }));
  const pool = await poolOfRecorded([{ ...questions[0]!, recorded }, questions[1]!], digest);
  expect(pool.pairs.map(({ answers }) => answers.map(({ id }) => id))).toEqual([
    ["1", "3"],
    ["1", "4"],
    ["3", "4"],
  ]);
  expect(pool).toMatchObject({ similarity: [0, 1, 0], measure: "ROUGE-L", empty: 1 });
});

test("two models' answers to one wording make a pair that says nothing of which is whose", async () => {
  const baseline = [
    answer(7, 0, "No."),
    answer(7, 1, "Never."),
    answer(7, 2, "Yes."),
    answer(9, 0, "Never."),
  ];
  const lora = [answer(7, 2, " "), answer(7, 1, "Always."), answer(7, 0, "Yes.")];
  const pool = await poolAcross(baseline, lora, questions, digest);
  expect(
    pool.pairs.map(({ question, answers }) => [question, ...answers.map(({ text }) => text)]),
  ).toEqual([
    ["a?", "No.", "Yes."],
    ["b?", "Always.", "Never."],
  ]);
  expect(pool).toMatchObject({ empty: 1, measure: "ROUGE-L", similarity: [0, 0] });
  const other = await poolAcross(lora, baseline, questions, digest);
  expect(other.pairs.map(({ id }) => id).sort()).toEqual(pool.pairs.map(({ id }) => id).sort());
  expect(JSON.stringify(pool.pairs)).not.toMatch(/baseline|lora|model/i);
});
