import "fake-indexeddb/auto";
import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { Answer, AnswerSet } from "../core/answers/answer";
import { readBuiltIn } from "../core/corpus/built-in";
import type { Corpus } from "../core/corpus/corpus";
import { saveAnswers } from "../storage/answers";
import { openDatabase } from "../storage/db";
import { type RunRecord, putRun } from "../storage/runs";
import { runMetricsOf } from "./agreement-metrics";
import { TaskDraft } from "./task-draft.svelte";
import { TasksState } from "./tasks.svelte";

const baseline: AnswerSet = { cycle: 0, role: "baseline", split: "evaluation" };
const lora: AnswerSet = { cycle: 1, role: "lora", split: "evaluation" };
const corpus = {
  name: "c",
  questions: [
    { id: 7, text: "May one lie?", topic: null, paraphrases: ["a?", "b?"], recorded: null },
  ],
} as unknown as Corpus;
const answers = (word: string): Answer[] =>
  [0, 1].map((paraphrase) => ({
    ...{ questionId: 7, paraphrase, text: `${word} ${paraphrase}`, ruleOfThumb: null },
  }));

async function draftOn(name: string) {
  const db = await openDatabase({ name });
  const record = { id: "r", name: "Run", createdAt: 1, corpusId: "c" } as RunRecord;
  await putRun(db, record);
  await saveAnswers(db, "r", baseline, answers("Never"));
  await saveAnswers(db, "r", lora, answers("Always"));
  const tasks = new TasksState(db, null);
  const draft = new TaskDraft(db, tasks, {
    entries: [],
    find: () => ({ id: "c", corpus, imported: null }),
  });
  await draft.loadRuns();
  return { db, draft };
}

test("a task of two models' answers has a pair a wording, and its file names neither model", async () => {
  const { db, draft } = await draftOn("across");
  await draft.useAnswers("r", baseline, lora);
  const stored = await draft.make();
  expect(
    stored!.task.pairs.map(({ question, answers }) => [question, ...answers.map((a) => a.text)]),
  ).toEqual([
    ["a?", "Always 0", "Never 0"],
    ["b?", "Always 1", "Never 1"],
  ]);
  expect(JSON.stringify(stored!.task)).not.toMatch(/baseline|lora/);
  expect(stored!.source).toEqual({ kind: "run", runId: "r", set: baseline, against: lora });
  expect(await runMetricsOf(db, stored!.source)).toBeNull();
});

test("one model's answers make the pairs of a question, as before", async () => {
  const { draft } = await draftOn("one");
  await draft.useAnswers("r", lora);
  expect(draft.pool!.pairs).toHaveLength(1);
  expect(draft.source).toEqual({ kind: "run", runId: "r", set: lora });
});

const demo = {
  id: "demo",
  corpus: readBuiltIn("demo", readFileSync("public/demo/demo_questions.json", "utf8")),
  imported: null,
};
const bare = { id: "bare", corpus, imported: null };

async function draftWithoutRuns(name: string) {
  const db = await openDatabase({ name });
  const entries = [bare, demo];
  const find = (id: string) => entries.find((entry) => entry.id === id) ?? null;
  return { db, draft: new TaskDraft(db, new TasksState(db, null), { entries, find }) };
}

test("without a run the pairs are those of the first corpus whose answers are recorded", async () => {
  const { draft } = await draftWithoutRuns("recorded");
  await draft.loadRuns();
  expect(draft.recorded).toEqual([demo]);
  expect(draft.source).toEqual({ kind: "corpus", corpusId: "demo", name: "demo" });
  expect(draft.pool!.pairs).toHaveLength(400); // 40 questions, 5 answers each
  await draft.useRecorded("gone");
  expect(draft).toMatchObject({
    pool: null,
    problem: "The corpus gone is not here. Reload the page.",
  });
});

test("what is read late does not take the place of what was chosen meanwhile", async () => {
  const { draft } = await draftWithoutRuns("late");
  const loading = draft.loadRuns();
  draft.clear();
  await loading;
  expect(draft.source).toBeNull();
});

test("the trial is the same 20 pairs on every device, of many questions and degrees of likeness, none hidden", async () => {
  const [one, other] = await Promise.all(["first", "second"].map(draftWithoutRuns));
  const [task, again] = await Promise.all([one!, other!].map(({ draft }) => draft.makeTrial()));
  expect(again!.task).toEqual(task!.task);
  const { pairs, items } = task!.task;
  expect(items.map(({ role }) => role)).toEqual(Array(20).fill("pair"));
  expect(new Set(pairs.map(({ questionId }) => questionId)).size).toBeGreaterThan(10);
  expect(new Set(items.map(({ swapped }) => swapped)).size).toBe(2);
  expect(await runMetricsOf(one!.db, task!.source)).toBeNull();
});
