import { expect, test } from "vitest";
import { demoStudy, quick, resolveConfig } from "../core/study/presets";
import { expectedTime } from "./expected-time";
import { applyBatch, emptyView } from "./study-view";

const config = resolveConfig(demoStudy);
const phase = (kind: "answer" | "lora" | "ppo", total: number) => ({
  kind: "phase" as const,
  phase: { kind, cycle: 1, role: "target" as const, split: "train" as const, total, unit: "steps" as const }, // prettier-ignore
});
/** 48 s of answers, 80 s of 80 LoRA steps, 60 s of 60 PPO steps. */
const view = [
  { at: 0, events: [phase("answer", 100)] },
  { at: 48_000, events: [phase("lora", 80)] },
  { at: 128_000, events: [phase("ppo", 60)] },
  { at: 188_000, events: [{ kind: "progress" as const, done: 60, total: 60 }] },
].reduce(applyBatch, emptyView);

test("the same study takes the same time, and half of it on a machine twice as fast", () => {
  const same = { ...config, sft: { ...config.sft, steps: 80 } };
  expect(expectedTime({ view, config }, same, 1)).toBe(188_000);
  expect(expectedTime({ view, config }, same, 2)).toBe(94_000);
});

test("the quick study: 32 of 48 tokens an answer, 40 of 80 steps, 6 of 60", () => {
  const asked = resolveConfig(quick(demoStudy));
  expect(expectedTime({ view, config }, asked, 1)).toBe(32_000 + 40_000 + 6_000);
});

test("a study without PPO spends no time on it; of nothing recorded nothing is known", () => {
  const without = { ...config, rollouts: { ...config.rollouts, enabled: false } };
  const asked = { ...without, sft: { ...config.sft, steps: 80 } };
  expect(expectedTime({ view, config }, asked, 1)).toBe(128_000);
  expect(expectedTime({ view: emptyView, config }, config, 1)).toBeNull();
});
