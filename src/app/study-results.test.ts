import { expect, test } from "vitest";
import type { Corpus } from "../core/corpus/corpus";
import type { ModelSummary, ReportedRole, StudyReport } from "../core/format/report";
import type { StudyEvent } from "../core/study/events";
import type { QuestionScore } from "../core/study/scoring";
import { studyResults } from "./study-results";
import { applyBatch, emptyView } from "./study-view";

const corpus = {
  questions: [
    { id: 1, text: "May one lie?" },
    { id: 2, text: "May one steal?" },
  ],
} as unknown as Corpus;

function evaluated(name: ReportedRole, cycle: number, sages: (number | null)[]): StudyEvent[] {
  const scores = sages.map((sage, i) => ({ id: i + 1, sage }) as QuestionScore);
  const model = { name, mean: sages[0] } as ModelSummary;
  return [
    { kind: "scores", set: { cycle, role: name, split: "evaluation" }, scores },
    { kind: "model", cycle, model },
  ];
}

const config = { seed: 1, statistics: { replicates: 200, confidence: 0.95 } };

const view = applyBatch(emptyView, {
  at: 0,
  events: [
    ...evaluated("baseline", 0, [0.4, null]),
    ...evaluated("aligned", 0, [0.8, 0.9]),
    ...evaluated("lora", 1, [0.6, 0.5]),
    ...evaluated("ppo", 1, [0.7, 0.5]),
    ...evaluated("lora", 2, [0.5, 0.5]),
  ],
});

test("during a run the newest cycle is shown, and a model it does not have yet is left out", () => {
  const { models, cycle } = studyResults(view, null, corpus, config);
  expect(cycle).toBe(2);
  expect(models.map(({ name, mean }) => [name, mean])).toEqual([
    ["baseline", 0.4],
    ["lora", 0.5],
    ["aligned", 0.8],
  ]);
});

test("with a report the cycle of its best model is shown", () => {
  const report = { best: { name: "ppo", cycle: 1 }, questions: [], comparisons: [] };
  const { models, cycle } = studyResults(view, report as unknown as StudyReport, corpus, config);
  expect(cycle).toBe(1);
  expect(models.map(({ mean }) => mean)).toEqual([0.4, 0.6, 0.7, 0.8]);
});

test("a row has each model's score, undefined ones too", () => {
  const [, second] = studyResults(view, null, corpus, config).rows;
  expect(second!.question).toBe("May one steal?");
  expect([...second!.scores].map(([role, { sage }]) => [role, sage])).toEqual([
    ["baseline", null],
    ["lora", 0.5],
    ["aligned", 0.9],
  ]);
});

test("where the corpus is gone a question goes by its id", () => {
  expect(studyResults(view, null, null, config).rows[0]!.question).toBe("Question 1");
});

test("differences are tested as soon as both models are there, and as the report will", () => {
  const [lora, aligned] = studyResults(view, null, corpus, config).comparisons;
  expect(lora).toMatchObject({ name: "lora", against: "baseline", n: 1, higher: 1 });
  expect(aligned?.meanDifference).toBeCloseTo(0.4);
});
