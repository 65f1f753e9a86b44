import * as v from "valibot";
import { expect, test } from "vitest";
import { DpoConfig } from "../../core/dpo/config";
import { GrpoConfig, RlooConfig } from "../../core/group-rl/config";
import { PpoConfig } from "../../core/ppo/config";
import type { LearnerSettings, RolloutSettings } from "../../core/study/trainer";
import { cutTo, largestStep } from "./largest-step";

/** A token a word. */
const words = { encode: (text: string) => text.split(" ").map(() => 1), decode: () => "" };
const methods: readonly LearnerSettings[] = [
  { method: "ppo", config: v.parse(PpoConfig, {}) },
  { method: "rloo", config: v.parse(RlooConfig, {}) },
  { method: "grpo", config: v.parse(GrpoConfig, {}) },
  { method: "dpo", config: v.parse(DpoConfig, {}) },
];
const settings = (learns: LearnerSettings): RolloutSettings => ({
  learns,
  reference: "base",
  sampling: { temperature: 1, topK: 0, topP: 1, maxNewTokens: 5 },
  seed: 1,
  largest: { sequences: 8, scored: 20, prompts: ["a b", "a b c"], answers: [] },
});

test("the longest sequence is the longest prompt with the longest answer, given or new, up to the model's positions", () => {
  const length = (asked: RolloutSettings, positions: number) => {
    const { step, batch } = largestStep(asked, words, positions);
    expect(batch).toMatchObject({ sequences: 20, length: step.length });
    return step.length;
  };
  const asked = settings(methods[3]!);
  expect(length(asked, 64)).toBe(3 + 5);
  const given = { ...asked, largest: { ...asked.largest, answers: ["a b c d e f", "a"] } };
  expect(length(given, 64)).toBe(3 + 6 + 2);
  expect(length(given, 10)).toBe(10);
});

test("PPO's mini-batch is not cut; the others are cut by answers, DPO's by pairs", () => {
  const fewest = methods.map((learns) => largestStep(settings(learns), words, 64).step.fewest);
  expect(fewest).toEqual([8, 1, 1, 2]);
  const cut = methods.map((learns) => cutTo(4, settings(learns)).learns.config);
  expect(cut[0]).toEqual(methods[0]!.config);
  expect(cut.slice(1).map((config) => "microBatch" in config && config.microBatch)).toEqual([
    4, 4, 2,
  ]);
});
