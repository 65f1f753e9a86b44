import { expect, test } from "vitest";
import type { Phase } from "../core/study/events";
import { goOnSentence } from "./go-on";
import { applyBatch, emptyView } from "./study-view";

const MINUTE = 60_000;
const ago = (ms: number) => `${ms / MINUTE} min`;
const phase: Phase = {
  kind: "lora",
  cycle: 1,
  role: "lora",
  split: "train",
  total: 0,
  unit: "steps",
};

function viewIn(changes: Partial<Phase>, done = 0, total = 0) {
  const begun = { kind: "phase", phase: { ...phase, ...changes } } as const;
  const events = [begun, { kind: "progress", done, total } as const];
  return applyBatch(emptyView, { at: 0, events });
}
const savedAt = (step: number, kind: "lora" | "ppo" = "lora") => ({
  phase: { kind, cycle: 1 },
  step,
  savedAt: 0,
});
const sentence = (
  view: Parameters<typeof goOnSentence>[0],
  checkpoint: Parameters<typeof goOnSentence>[1],
) => goOnSentence(view, checkpoint, 2 * MINUTE, ago);

test("a training phase goes on from its checkpoint, and the steps after it are told", () => {
  expect(sentence(viewIn({}, 43, 112), savedAt(40))).toBe(
    "It goes on from its last checkpoint: LoRA step 40 of 112, saved 2 min ago. The 3 steps after it will be run again.",
  );
  expect(sentence(viewIn({}, 40, 112), savedAt(40))).toBe(
    "It goes on from its last checkpoint: LoRA step 40 of 112, saved 2 min ago.",
  );
});

test("a checkpoint of an earlier phase says nothing of this one", () => {
  expect(sentence(viewIn({ kind: "ppo", role: "ppo" }, 1, 9), savedAt(40))).toBe(
    "It goes on at the beginning of PPO in cycle 1: no checkpoint of it has been saved. What comes before is kept.",
  );
});

test("outside training it goes on with what is complete, and before anything from the beginning", () => {
  expect(sentence(viewIn({ kind: "answer" }), null)).toMatch(/^It goes on where it stood/);
  expect(sentence(emptyView, null)).toMatch(/nothing of it is stored yet/);
});
