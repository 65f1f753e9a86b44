import { keptEvents } from "../core/study/replay";
import fc from "fast-check";
import { expect, test } from "vitest";
import type { Finding } from "../core/health/finding";
import { nothingTrained } from "../core/ppo/statistics";
import type { Phase, StudyEvent } from "../core/study/events";
import { applyBatch, currentCycle, emptyView, timeLeft } from "./study-view";

const answering: Phase = {
  kind: "answer",
  cycle: 0,
  role: "baseline",
  split: "evaluation",
  total: 60,
  unit: "answers",
};
const tuning: Phase = {
  kind: "lora",
  cycle: 1,
  role: "lora",
  split: "train",
  total: 0,
  unit: "steps",
};
const phase = (phase: Phase): StudyEvent => ({ kind: "phase", phase });
const progress = (done: number, total: number): StudyEvent => ({ kind: "progress", done, total });
const scores = (cycle: number, role: "baseline" | "lora"): StudyEvent => ({
  kind: "scores",
  set: { cycle, role, split: "evaluation" },
  scores: [],
});

function viewOf(...batches: [at: number, ...StudyEvent[]][]) {
  return batches.reduce((view, [at, ...events]) => applyBatch(view, { at, events }), emptyView);
}

test("a phase ends when the next begins", () => {
  const { phases } = viewOf([1000, phase(answering), progress(60, 60)], [5000, phase(tuning)]);
  expect(phases).toEqual([
    expect.objectContaining({
      phase: answering,
      countsFrom: { at: 1000, done: 0 },
      endedAt: 5000,
      done: 60,
    }),
    expect.objectContaining({
      phase: tuning,
      countsFrom: { at: 5000, done: 0 },
      endedAt: null,
      done: 0,
      total: 0,
    }),
  ]);
});

test("progress brings the total that a phase did not know when it began", () => {
  const { phases } = viewOf([0, phase(tuning)], [1, progress(3, 150)]);
  expect(phases.at(-1)).toMatchObject({ done: 3, total: 150 });
});

test("progress before any phase belongs to nothing and is passed over", () => {
  expect(viewOf([0, progress(1, 2)])).toEqual({ ...emptyView, at: 0 });
});

test("answers to pinned questions stand in the order in which they came, each with its cycle", () => {
  const pinned = (cycle: number, phase: "lora" | "ppo", step: number): StudyEvent => ({
    ...{ kind: "pinned", cycle, phase, step },
    answers: [{ questionId: 1, text: `${phase} ${step}` }],
  });
  const view = viewOf([0, pinned(1, "lora", 0), pinned(1, "ppo", 4)], [1, pinned(2, "lora", 0)]);
  expect(view.pinned).toMatchObject([
    { cycle: 1, phase: "lora", step: 0, answers: [{ questionId: 1, text: "lora 0" }] },
    { cycle: 1, phase: "ppo", step: 4 },
    { cycle: 2, phase: "lora", step: 0 },
  ]);
});

test("the time left comes from the pace since the first progress, so that the warm-up does not count", () => {
  const view = viewOf(
    [0, phase(answering)],
    [30_000, progress(5, 60)], // compiling took most of this
    [32_000, progress(15, 60)],
  );
  expect(timeLeft(view.phases[0]!, view.at!)).toBeCloseTo(9000);
});

test("the time left is null until there is a pace, and 0 at the end", () => {
  const first = viewOf([0, phase(answering)], [1000, progress(5, 60)]);
  expect(timeLeft(first.phases[0]!, 1000)).toBeNull();
  const last = viewOf([0, phase(answering)], [1000, progress(5, 60)], [2000, progress(60, 60)]);
  expect(timeLeft(last.phases[0]!, 2000)).toBe(0);
});

test("a second scoring of one set replaces the first", () => {
  const { scored } = viewOf([0, scores(1, "lora")], [1, scores(1, "lora"), scores(0, "baseline")]);
  expect([...scored.keys()]).toEqual(["evaluation-lora-cycle-1", "evaluation-baseline"]);
});

test("the evaluation before any training counts to the first cycle", () => {
  expect(currentCycle(emptyView)).toBe(1);
  expect(currentCycle(viewOf([0, phase(answering)]))).toBe(1);
  expect(currentCycle(viewOf([0, phase(answering), phase({ ...tuning, cycle: 2 })]))).toBe(2);
});

test("a view that was given away does not change", () => {
  const before = viewOf([0, phase(answering), scores(0, "baseline")]);
  const copy = structuredClone(before);
  applyBatch(before, { at: 1, events: [progress(9, 60), scores(1, "lora"), phase(tuning)] });
  expect(before).toEqual(copy);
});

const event = fc.oneof(
  fc.constantFrom(phase(answering), phase(tuning), scores(0, "baseline"), scores(1, "lora")),
  fc.nat(60).map((done) => progress(done, 60)),
);

test("how events are cut into batches does not matter, only when they came", () => {
  fc.assert(
    fc.property(fc.array(fc.array(event)), (parts) => {
      const whole = applyBatch(emptyView, { at: 7, events: parts.flat() });
      const cut = parts.reduce((view, events) => applyBatch(view, { at: 7, events }), emptyView);
      expect({ ...cut, at: 7 }).toEqual(whole);
    }),
  );
});

test("the scores of different sets may come in any order", () => {
  const sets = [scores(0, "baseline"), scores(1, "lora"), scores(2, "lora")];
  const sorted = (events: StudyEvent[]) =>
    [...applyBatch(emptyView, { at: 0, events }).scored].sort(([a], [b]) => a.localeCompare(b));
  fc.assert(
    fc.property(fc.shuffledSubarray(sets, { minLength: sets.length }), (shuffled) => {
      expect(sorted(shuffled)).toEqual(sorted(sets));
    }),
  );
});

test("of what an API cost the latest count is shown, and one that goes on keeps it", () => {
  const spending = (replies: number): StudyEvent => ({
    kind: "spending",
    spending: { replies, estimated: 0, promptTokens: 9, completionTokens: 1, cost: null },
  });
  expect(emptyView.spending).toBeNull();
  const events = [spending(1), phase(tuning), spending(2)];
  expect(applyBatch(emptyView, { at: 0, events }).spending?.replies).toBe(2);
  const kept = keptEvents(events, { kind: "lora", cycle: 1, step: 0 });
  expect(applyBatch(emptyView, { at: 0, events: kept }).spending?.replies).toBe(2);
});

test("a finding stands by its first step, once, also when a warning becomes a problem", () => {
  const finding = (kind: Finding["kind"], severity: Finding["severity"]): Finding => ({
    ...{ kind, severity, since: 3, sentence: "…", setting: "rollouts.reward" },
  });
  const step = (n: number, cycle: number, ...findings: Finding[]): StudyEvent => ({
    ...{ kind: "ppo-step", cycle, step: n, totalSteps: 9, meanScore: 0.5, findings },
    stats: nothingTrained("a test", 5, 0.2, 1e-4),
  });
  const { findings } = viewOf(
    [1, step(3, 1, finding("zero-spread", "warning"), finding("batch-one", "problem"))],
    [2, step(4, 1), step(5, 1, finding("zero-spread", "problem"))],
    [3, step(3, 2, finding("zero-spread", "warning"))],
  );
  expect(findings.map(({ cycle, kind, severity }) => [cycle, kind, severity])).toEqual([
    [1, "batch-one", "problem"],
    [1, "zero-spread", "problem"],
    [2, "zero-spread", "warning"],
  ]);
});
