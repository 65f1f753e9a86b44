import { expect, test } from "vitest";
import type { AnswerSet, Role, Split } from "../core/answers/answer";
import type { QuestionId } from "../core/corpus/corpus";
import type { QuestionScore } from "../core/study/scoring";
import { besides, questionView, scoredQuestions } from "./question-view";
import { applyBatch, emptyView } from "./study-view";

const set = (role: Role, cycle: number, split: Split = "evaluation"): AnswerSet => ({
  role,
  cycle,
  split,
});

function scoreOf(id: QuestionId): QuestionScore {
  const undefinedFigures = { sage: null, meanSimilarity: null, evenness: null, weakest: null };
  const figures = { ...undefinedFigures, bleu: null, rougeL: null, n: 0, reason: "no answers" };
  return { id, ...figures, answered: [], weights: [] };
}

function viewOf(...sets: [AnswerSet, QuestionId[]][]) {
  const events = sets.map(
    ([set, ids]) => ({ kind: "scores", set, scores: ids.map(scoreOf) }) as const,
  );
  return applyBatch(emptyView, { at: 1, events });
}

const view = viewOf(
  [set("baseline", 0), [3, 1]],
  [set("aligned", 0), [3, 1]],
  [set("target", 1, "train"), [2]],
  [set("aligned", 1, "train"), [2]],
  [set("lora", 1), [3, 1]],
  [set("ppo", 1), [3, 1]],
  [set("lora", 2), [3, 1]],
);

test("a held-out question has the baseline before, and the others in a study's order", () => {
  const { split, before, others } = questionView(view, 1);
  expect([split, before?.name]).toEqual(["evaluation", "evaluation-baseline"]);
  expect(others.map(({ name }) => name)).toEqual([
    "evaluation-lora-cycle-1",
    "evaluation-lora-cycle-2",
    "evaluation-ppo-cycle-1",
    "evaluation-aligned",
  ]);
});

test("a training question has the target before", () => {
  const { split, before, others } = questionView(view, 2);
  expect([split, before?.name]).toEqual(["train", "train-target-cycle-1"]);
  expect(others.map(({ name }) => name)).toEqual(["train-aligned-cycle-1"]);
});

test("a question that has not been scored has nothing", () => {
  expect(questionView(view, 9)).toEqual({ split: null, before: null, others: [] });
});

test("questions come in the corpus's order, without those that were not asked", () => {
  const question = { text: "?", topic: null, paraphrases: ["?"], recorded: null };
  const questions = [1, 2, 3, 4].map((id) => ({ ...question, id }));
  expect(scoredQuestions(view, { name: "c", questions, recordedModel: null })).toEqual([1, 2, 3]);
  expect(scoredQuestions(view, null)).toEqual([3, 1, 2]);
});

test("beside stands the choice, else the same role, else the furthest trained, else the aligned model", () => {
  const { others } = questionView(view, 1);
  expect(besides(others, set("lora", 1))?.name).toBe("evaluation-lora-cycle-1");
  expect(besides(others, set("ppo", 2))?.name).toBe("evaluation-ppo-cycle-1");
  expect(besides(others, null)?.name).toBe("evaluation-lora-cycle-2");
  expect(besides(questionView(view, 2).others, set("ppo", 1))?.name).toBe("train-aligned-cycle-1");
  expect(besides([], null)).toBeNull();
});
