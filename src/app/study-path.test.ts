import { expect, test } from "vitest";
import type { CycleOutcome } from "../core/format/report";
import type { Phase, StudyEvent } from "../core/study/events";
import type { PeopleSummary } from "./people-summary";
import { type RunState, type StepName, type StepState, studyPath } from "./study-path";
import { applyBatch, emptyView } from "./study-view";

type Short = [kind: Phase["kind"], cycle: number, role: Phase["role"], split?: Phase["split"]];

const begin = ([kind, cycle, role, split = "train"]: Short): StudyEvent => ({
  kind: "phase",
  phase: { kind, cycle, role, split, total: 10, unit: "steps" },
});
const end = (cycle: number): StudyEvent => ({ kind: "cycle", outcome: { cycle } as CycleOutcome });

function statesAfter(
  events: StudyEvent[],
  state: RunState = "running",
  ppo = true,
  people: PeopleSummary | null = null,
) {
  const view = applyBatch(emptyView, { at: 0, events });
  const steps = studyPath(view, state, ppo, people).map(
    ({ name, state }) => [name, state] as const,
  );
  return Object.fromEntries(steps) as Record<StepName, StepState>;
}

const first: StudyEvent[] = [
  begin(["answer", 0, "baseline", "evaluation"]),
  begin(["score", 0, "baseline", "evaluation"]),
];
const selected: StudyEvent[] = [
  ...first,
  begin(["answer", 1, "target"]),
  begin(["score", 1, "target"]),
  begin(["select", 1, null]),
];
const tuned: StudyEvent[] = [
  ...selected,
  begin(["lora", 1, "lora"]),
  begin(["answer", 1, "lora", "evaluation"]),
];

test("before a run all is to come", () => {
  expect(statesAfter([], "idle")).toEqual({
    corpus: "todo",
    answers: "todo",
    score: "todo",
    select: "todo",
    lora: "todo",
    ppo: "todo",
    evaluate: "todo",
    people: "todo",
  });
});

test("answers are begun, not done, while one model of several is scored", () => {
  expect(statesAfter(first)).toMatchObject({ corpus: "done", answers: "begun", score: "now" });
});

test("answers and scores of a study that ends after them are done, and what trains is skipped", () => {
  expect(statesAfter(first, "done")).toMatchObject({
    ...{ answers: "done", score: "done", select: "skipped", lora: "skipped", evaluate: "skipped" },
  });
});

test("with the selection all answers and scores of the cycle are done", () => {
  expect(statesAfter(selected)).toMatchObject({ answers: "done", score: "done", select: "now" });
});

test("a trained model's answers to held-out questions are its evaluation", () => {
  expect(statesAfter(tuned)).toMatchObject({ answers: "done", lora: "done", evaluate: "now" });
});

test("the evaluation of LoRA alone is begun, not done, while PPO runs", () => {
  const states = statesAfter([...tuned, begin(["ppo", 1, "ppo"])]);
  expect(states).toMatchObject({ ppo: "now", evaluate: "begun" });
});

test("a finished run has nothing to come", () => {
  expect(statesAfter([...tuned, end(1)], "done")).toMatchObject({
    ppo: "skipped",
    evaluate: "done",
  });
});

test("a run that ended early stopped where it was", () => {
  expect(statesAfter(tuned, "ended")).toMatchObject({
    lora: "done",
    ppo: "todo",
    evaluate: "stopped",
  });
});

test("a cycle in which nothing passed the selection skips training", () => {
  const states = statesAfter([...selected, end(1)]);
  expect(states).toMatchObject({
    select: "done",
    lora: "skipped",
    ppo: "skipped",
    evaluate: "skipped",
  });
});

test("PPO that is switched off is skipped from the start", () => {
  expect(statesAfter([], "idle", false)).toMatchObject({ ppo: "skipped", lora: "todo" });
});

test("a new cycle starts the path anew", () => {
  const states = statesAfter([...tuned, end(1), begin(["answer", 2, "target"])]);
  expect(states).toMatchObject({ answers: "now", score: "todo", lora: "todo", evaluate: "todo" });
});

test("people are done when at least two have labelled all", () => {
  const people = (raters: number, labelled: number) =>
    statesAfter([], "done", true, {
      ...{ tasks: 1, taskId: "t", alpha: null },
      ...{ raters, labelled, toLabel: 10 * raters },
    }).people;
  expect(people(0, 0)).toBe("todo");
  expect(people(1, 10)).toBe("begun");
  expect(people(2, 19)).toBe("begun");
  expect(people(2, 20)).toBe("done");
});
