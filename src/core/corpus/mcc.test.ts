import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { InputError } from "../format/input-error";
import type { Question } from "./corpus";
import { exportMcc, importMcc } from "./mcc";

const table = (...rows: string[]) => `${rows.join("\n")}\n`;

test("reads questions whose rows lie apart, in the order of their first rows", () => {
  const text = table(
    "question_id,question,paraphrased,score",
    "7,May one lie?,Is lying allowed?,0.8",
    "q2,May one steal?,Is theft allowed?,0.7",
    '7,May one lie?,"Is it right, ever, to lie?",0.9',
  );
  expect(importMcc(text, "data/q.csv")).toEqual({
    name: "q",
    questions: [
      {
        id: 7,
        text: "May one lie?",
        topic: null,
        paraphrases: ["Is lying allowed?", "Is it right, ever, to lie?"],
        recorded: null,
      },
      {
        id: "q2",
        text: "May one steal?",
        topic: null,
        paraphrases: ["Is theft allowed?"],
        recorded: null,
      },
    ],
    recordedModel: null,
  });
});

test("reads recorded answers with their rules of thumb, keeping equal paraphrases", () => {
  const text = table(
    "question_id,question,paraphrased,model_output,rot",
    "1,Q,P,No.,Lying is wrong.",
    "1,Q,P,Yes.,",
  );
  const { questions, recordedModel } = importMcc(text, "q.csv", "gpt-3.5-turbo");
  expect(questions[0]!.paraphrases).toEqual(["P", "P"]);
  expect(questions[0]!.recorded).toEqual([
    { text: "No.", rot: "Lying is wrong." },
    { text: "Yes.", rot: null },
  ]);
  expect(recordedModel).toBe("gpt-3.5-turbo");
});

test("a column of empty answers is no answers, and then no model gave them", () => {
  const { questions, recordedModel } = importMcc(
    table("question_id,question,paraphrased,model_output", "1,Q,P,", "1,Q,R,"),
    "q.csv",
    "gpt-3.5-turbo",
  );
  expect([questions[0]!.recorded, recordedModel]).toEqual([null, null]);
});

const header = "question_id,question,paraphrased";
test("where asked to, keeps an empty answer as one of a model that said nothing", () => {
  const csv = "question_id,question,paraphrased,model_output\n1,q,a,No.\n1,q,b,\n";
  expect(() => importMcc(csv, "x.csv")).toThrow(
    /row 3, column "model_output": the answer is empty/,
  );
  const [question] = importMcc(csv, "x.csv", null, "keep").questions;
  expect(question?.recorded?.map(({ text }) => text)).toEqual(["No.", ""]);
});

test.each([
  [
    "no rows",
    [header],
    null,
    null,
    "q.csv: there are no rows below the header. Add one row a paraphrase.",
  ],
  [
    "an empty id",
    [header, "1,Q,P", ",Q,P"],
    3,
    "question_id",
    'q.csv, row 3, column "question_id": the cell is empty. Fill it in or remove the row.',
  ],
  [
    "an empty question",
    [header, "1,,P"],
    2,
    "question",
    'q.csv, row 2, column "question": the cell is empty. Fill it in or remove the row.',
  ],
  [
    "an empty paraphrase",
    [header, "1,Q,P", "1,Q, "],
    3,
    "paraphrased",
    'q.csv, row 3, column "paraphrased": the cell is empty. Fill it in or remove the row.',
  ],
  [
    "one id with two questions",
    [header, "1,Q,P", "2,R,P", "1,S,P"],
    4,
    "question",
    'q.csv, row 4, column "question": question 1 has "S" here and "Q" in row 2. Give one question one text, or another id.',
  ],
  [
    "one id with two topics",
    [`${header},topic`, "1,Q,P,a", "1,Q,R,b"],
    3,
    "topic",
    'q.csv, row 3, column "topic": question 1 has "b" here and "a" in row 2. Give one question one text, or another id.',
  ],
  [
    "answers for some rows",
    [`${header},model_output`, "1,Q,P,Yes", "1,Q,R,"],
    3,
    "model_output",
    'q.csv, row 3, column "model_output": the answer is empty, while 1 of 2 rows have one. Fill it in, or remove the column to have the answers generated.',
  ],
  [
    "rules of thumb without answers",
    [`${header},rot`, "1,Q,P,", "1,Q,R,Be kind."],
    3,
    "rot",
    'q.csv, row 3, column "rot": there is a rule of thumb without an answer it is drawn from. Add the answers as the column model_output, or remove the column rot.',
  ],
  [
    "a missing column",
    ["question_id,paraphrased", "1,P"],
    1,
    "question",
    'q.csv, row 1, column "question": the column is missing; the file has "question_id", "paraphrased". Name the column so in the first row.',
  ],
])("refuses %s, saying where and what to do", (_, rows, row, column, message) => {
  const read = () => importMcc(table(...rows), "q.csv");
  expect(read).toThrow(InputError);
  expect(read).toThrow(expect.objectContaining({ file: "q.csv", row, column, message }) as Error);
});

const filled = fc.string({ unit: "grapheme", minLength: 1 }).filter((text) => text.trim() !== "");
const questions = (recorded: boolean) =>
  fc.uniqueArray(
    fc
      .record({
        id: fc.oneof(
          fc.integer(),
          filled.map((text) => `q${text.trim()}`),
        ),
        text: filled,
        topic: fc.option(filled),
        asked: fc.array(fc.tuple(filled, fc.record({ text: filled, rot: fc.option(filled) })), {
          minLength: 1,
          maxLength: 4,
        }),
      })
      .map(({ asked, ...question }): Question => ({
        ...question,
        paraphrases: asked.map(([paraphrase]) => paraphrase),
        recorded: recorded ? asked.map(([, answer]) => answer) : null,
      })),
    { minLength: 1, maxLength: 4, selector: ({ id }) => String(id) },
  );

test("every corpus exported comes back", () => {
  fc.assert(
    fc.property(fc.boolean().chain(questions), (list) => {
      const recordedModel = list[0]!.recorded === null ? null : "m";
      const corpus = { name: "c", questions: list, recordedModel };
      expect(importMcc(exportMcc(corpus), "c.csv", recordedModel)).toEqual(corpus);
    }),
  );
});

test("refuses to export recorded answers of some questions only", () => {
  const question = {
    id: 1,
    text: "Q",
    topic: null,
    paraphrases: ["P"],
    recorded: [{ text: "A", rot: null }],
  };
  const mixed = [question, { ...question, id: 2, recorded: null }];
  expect(() => exportMcc({ name: "c", questions: mixed, recordedModel: null })).toThrow(
    "question 2 has no recorded answers while others have; export them apart",
  );
});

const folder = "../shared/data/mcc/";
describe.skipIf(!existsSync(folder))("the published files (skipped without shared/data)", () => {
  test.each([
    ["questions.csv", false, false],
    ["answers-gpt-3.5.csv", true, false],
    ["answers-gpt-3.5-rots.csv", true, true],
  ])("%s: 100 questions of 5 paraphrases, back and forth", (file, answered, ruled) => {
    const corpus = importMcc(readFileSync(folder + file, "utf8"), file);
    expect(corpus.questions).toHaveLength(100);
    expect(corpus.questions.every(({ paraphrases }) => paraphrases.length === 5)).toBe(true);
    expect(corpus.questions.every(({ recorded }) => (recorded?.length === 5) === answered)).toBe(
      true,
    );
    const rots = corpus.questions.flatMap(({ recorded }) => recorded?.map(({ rot }) => rot) ?? []);
    expect(rots.some((rot) => rot !== null)).toBe(ruled);
    expect(importMcc(exportMcc(corpus), file)).toEqual(corpus);
  });
});
