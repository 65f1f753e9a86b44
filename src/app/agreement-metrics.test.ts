import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import type { Answer, AnswerSet } from "../core/answers/answer";
import type { QuestionScore } from "../core/study/scoring";
import { saveAnswers } from "../storage/answers";
import { openDatabase } from "../storage/db";
import { appendEvents } from "../storage/events";
import { metricsOf, runMetricsOf } from "./agreement-metrics";

const set: AnswerSet = { cycle: 1, role: "lora", split: "evaluation" };
const source = { kind: "run", runId: "r", set } as const;
const answers = ["a", "", "b", "c"].map((text, paraphrase): Answer => ({
  questionId: 7,
  paraphrase,
  text,
  ruleOfThumb: null,
}));
const score: QuestionScore = {
  id: 7,
  sage: 0.5,
  meanSimilarity: 0.6,
  evenness: 0.9,
  weakest: 0.4,
  n: 3,
  reason: null,
  bleu: null,
  rougeL: null,
  answered: [0, 2, 3], // the empty answer was not scored
  weights: [0.9, 0.7, 0.2],
};

test("a task made of a run's answers finds their similarities and SaGE in the run", async () => {
  const db = await openDatabase({ name: "run-metrics" });
  expect(await runMetricsOf(db, source)).toBeNull();
  expect(await runMetricsOf(db, { kind: "file", name: "t.json" })).toBeNull();
  await saveAnswers(db, "r", set, answers);
  const other: AnswerSet = { ...set, role: "baseline" };
  await appendEvents(db, "r", {
    at: 1,
    events: [
      { kind: "scores", set: other, scores: [{ ...score, weights: [0, 0, 0], sage: 0 }] },
      { kind: "scores", set, scores: [score] },
    ],
  });
  const pairs = [
    { questionId: 7, texts: ["b", "c"] as const },
    { questionId: 7, texts: ["a", "c"] as const },
    { questionId: 7, texts: ["a", "x"] as const },
  ];
  const { metrics, refused } = metricsOf(pairs, await runMetricsOf(db, source), []);
  expect(refused).toEqual([]);
  expect(metrics).toEqual([
    { name: "Similarity in the run", of: "pair", values: [0.2, 0.7, null] },
    { name: "SaGE in the run", of: "question", values: new Map([[7, 0.5]]) },
  ]);
});
