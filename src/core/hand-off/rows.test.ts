import { expect, test } from "vitest";
import type { Answer } from "../answers/answer";
import type { Question } from "../corpus/corpus";
import { type DecidedQuestion, handOffRows } from "./rows";

const question = (id: number, ...paraphrases: string[]): Question => ({
  ...{ id, text: `Question ${id}`, topic: null, paraphrases, recorded: null },
});
const said = (questionId: number, ...texts: string[]): Answer[] =>
  texts.map((text, paraphrase) => ({ questionId, paraphrase, text, ruleOfThumb: null }));
const decided = (
  id: number,
  decision: DecidedQuestion["decision"],
  target: string[],
  aligned: string[],
): DecidedQuestion => ({
  ...{ id, cycle: 1, decision, target: said(id, ...target), aligned: said(id, ...aligned) },
});

const data = {
  split: {
    train: [question(1, "A?", "B?"), question(2, "C?", "D?"), question(3, "E?")],
    evaluation: [question(9, "H?", "I?")],
    leftOut: [],
  },
  decided: [
    decided(1, "train", ["no", "yes"], ["Yes.", " "]),
    decided(2, "feedback", ["right", "same"], ["wrong", "same"]),
    decided(3, "reject", ["x"], ["y"]),
    decided(7, "train", ["not of this corpus"], ["any more"]),
  ],
  alignedHeldOut: said(9, "Held."),
};
const rows = handOffRows(data, { prompt: "Q: {question}\nA:", seed: 1 });

test("fine-tuning takes what passed and was said, after a space", () => {
  expect(rows.sft).toEqual([
    { question_id: "1", wording: 0, prompt: "Q: A?\nA:", completion: " Yes." },
  ]);
});

test("pairs prefer the aligned answer where it passed and the target's on the feedback list; equal and empty ones make none", () => {
  expect(rows.dpo).toEqual([
    {
      ...{ prompt: "Q: A?\nA:", chosen: " Yes.", rejected: " no" },
      ...{ question_id: "1", source: "selection" },
    },
    {
      ...{ prompt: "Q: C?\nA:", chosen: " right", rejected: " wrong" },
      ...{ question_id: "2", source: "feedback" },
    },
  ]);
});

test("prompts are those of all training questions, wordings of one in a row, with the answers that the reward is anchored to", () => {
  const ids = rows.grpo.map(({ question_id, wording }) => `${question_id}.${wording}`);
  expect(ids.toSorted()).toEqual(["1.0", "1.1", "2.0", "2.1", "3.0"]);
  for (const id of ["1", "2"]) expect(ids.indexOf(`${id}.1`)).toBe(ids.indexOf(`${id}.0`) + 1);
  const aligned = Object.fromEntries(rows.grpo.map((row) => [row.question_id, row.aligned]));
  expect(aligned).toEqual({ 1: ["Yes."], 2: [], 3: [] });
});

test("no row to train on holds a wording that is held out", () => {
  const prompts = [rows.sft, rows.dpo, rows.grpo, rows.answers].flat().map(({ prompt }) => prompt);
  const heldOut = rows.evaluation.map(({ prompt }) => prompt);
  expect(heldOut).toEqual(["Q: H?\nA:", "Q: I?\nA:"]);
  expect(prompts.filter((prompt) => heldOut.includes(prompt))).toEqual([]);
  expect(rows.evaluation.map(({ aligned }) => aligned)).toEqual(["Held.", null]);
});
