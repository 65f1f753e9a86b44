import { expect, test } from "vitest";
import { sourceOf } from "../../../tests/import/source";
import { readImport } from "./import";

const read = (text: string, as: "questions" | null = "questions") =>
  readImport(sourceOf("mine.csv", text), { as });

test("questions alone have their ids and topics, and without ids their places", async () => {
  const { corpus } = await read("id,question,category\nq7,May one lie?,honesty\n8,Is it fair?,\n");
  expect(corpus.questions.map(({ id, text, topic }) => [id, text, topic])).toEqual([
    ["q7", "May one lie?", "honesty"],
    [8, "Is it fair?", null],
  ]);
  const { corpus: plain } = await read("question,source\nMay one lie?,me\nIs it fair?,me\n");
  expect(plain.questions.map(({ id, paraphrases }) => [id, paraphrases])).toEqual([
    [1, []],
    [2, []],
  ]);
});

test("an empty question and an id that stands there twice are refused by row, and a file without the column whole", async () => {
  const { rejected } = await read("id,question\n7,May one lie?\n8, \n7,Is it fair?\n");
  expect(rejected.map(({ row, column }) => [row, column])).toEqual([
    [3, "question"],
    [4, null],
  ]);
  await expect(read("id,text\n7,May one lie?\n")).rejects.toThrow('has the column "question"');
});

test("nobody gets them unasked: the problem says how to ask", async () => {
  const { problem } = await read("id,question\n7,May one lie?\n", null);
  expect(problem).toContain('read the file as "questions"');
});
