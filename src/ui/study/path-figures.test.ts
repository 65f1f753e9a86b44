import { expect, test } from "vitest";
import type { PathStep } from "../../app/study-path";
import { emptyView } from "../../app/study-view";
import type { PhaseProgress } from "../../core/study/phases";
import type { Phase } from "../../core/study/events";
import { demoStudy, resolveConfig } from "../../core/study/presets";
import { stepFigure } from "./path-figures";

const known = { view: emptyView, config: resolveConfig(demoStudy), corpus: null, people: null };
const phase = (done: number, total: number, kind: Phase["kind"] = "answer"): PhaseProgress => ({
  phase: {
    kind,
    cycle: 0,
    role: "baseline",
    split: "evaluation",
    total,
    unit: "answers",
  },
  countsFrom: { at: 0, done: 0 },
  seenAt: 0,
  endedAt: null,
  done,
  total,
  paceFrom: null,
});
const step = (changes: Partial<PathStep>): PathStep => ({
  name: "answers",
  state: "todo",
  phases: [],
  timeLeft: null,
  ...changes,
});

test("the running step says who, how far and how long", () => {
  const running = step({ state: "now", phases: [phase(32, 60)], timeLeft: 20_400 });
  expect(stepFigure(running, known)).toBe("Baseline 32 of 60 · 20 s left");
});

test("a step whose length is not known yet is getting ready", () => {
  const at = (state: PathStep["state"], done: number, total: number) =>
    stepFigure(step({ name: "lora", state, phases: [phase(done, total, "lora")] }), known);
  expect(at("now", 0, 0)).toBe("getting ready");
  expect(at("stopped", 0, 0)).toBe("stopped at its start");
  expect(at("stopped", 12, 150)).toBe("stopped at 12 of 150");
});

test("what is to come says how much, where that is settled", () => {
  expect(stepFigure(step({ name: "evaluate" }), known)).toBe("12 questions");
  expect(stepFigure(step({ name: "people" }), known)).toBe("no task yet");
});

test("a finished selection and a finished training say what they came to", () => {
  const record = { id: 1, threshold: 0.9, aligned: 0.95, target: 0.4 } as const;
  const view = {
    ...emptyView,
    selection: [
      { ...record, decision: "train", cycle: 1 },
      { ...record, decision: "reject", cycle: 1 },
    ] as const,
    sftSteps: [2.914, 1.841].map((loss, i) => ({
      ...{ step: i + 1, totalSteps: 2, loss, learningRate: 1, gradientNorm: 1, tokens: 1 },
      cycle: 1,
    })),
  };
  const done = { ...known, view };
  expect(stepFigure(step({ name: "select", state: "done" }), done)).toBe("1 of 2 kept");
  expect(stepFigure(step({ name: "lora", state: "done" }), done)).toBe("loss 2.91 → 1.84");
});

test("a study of no cycles says at each step of training that there is none", () => {
  const config = { ...known.config, cycles: { ...known.config.cycles, max: 0 } };
  const figure = (name: PathStep["name"]) =>
    stepFigure(step({ name, state: "todo" }), { ...known, config });
  for (const name of ["select", "lora", "ppo", "evaluate"] as const) {
    expect(figure(name)).toBe("no training");
  }
  expect(figure("answers")).toBe("to come");
});

test("people are counted, with their agreement where it is defined", () => {
  const figure = (raters: number, alpha: number | null) =>
    stepFigure(step({ name: "people" }), {
      ...known,
      people: { tasks: 1, taskId: "t", raters, labelled: 9, toLabel: 20, alpha },
    });
  expect(figure(0, null)).toBe("no labels yet");
  expect(figure(1, null)).toBe("1 rater");
  expect(figure(2, 0.814)).toBe("2 raters, α .81");
});
