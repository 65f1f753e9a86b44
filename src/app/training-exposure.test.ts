import { expect, test } from "vitest";
import { demoStudy, resolveConfig } from "../core/study/presets";
import { trainingExposure } from "./training-exposure";
import type { StudyView } from "./study-view";

const config = resolveConfig(demoStudy);
const record = (cycle: number, id: number, decision: "train" | "reject" | "feedback") => ({
  ...{ cycle, id, decision, threshold: 0.9, aligned: 0.9, target: 0.5 },
});
const view = {
  selection: [
    record(1, 7, "train"),
    record(1, 8, "reject"),
    record(2, 9, "feedback"),
    record(2, 8, "train"),
  ],
  sftSteps: [{ cycle: 1 }, { cycle: 2 }],
  ppoSteps: [{ cycle: 1 }],
} as unknown as StudyView;

test("a kept question was learned, then again in later cycles, and asked by PPO in its own", () => {
  expect(trainingExposure(view, 7, config)).toEqual([
    "Cycle 1: LoRA learned the aligned model's answers to it; PPO asked it 2 times at most.",
    "Cycle 2: LoRA learned the aligned model's answers to it, as decided earlier.",
  ]);
});

test("of a question that comes again the latest decision holds", () => {
  expect(trainingExposure(view, 8, config)).toEqual([
    "Cycle 1: LoRA did not learn from it, because the aligned model's answers agreed too little; PPO asked it 2 times at most.",
    "Cycle 2: LoRA learned the aligned model's answers to it.",
  ]);
});

test("a question drawn later has no exposure before; one never drawn has none", () => {
  expect(trainingExposure(view, 9, config)).toEqual([
    "Cycle 2: LoRA did not learn from it, because the target was more consistent.",
  ]);
  expect(trainingExposure(view, 1, config)).toBeNull();
});
