import { expect, test } from "vitest";
import type { StudyEvent } from "../core/study/events";
import { runCurves } from "./run-curves";

const sft = (cycle: number, loss: number, tokens: number) =>
  ({ kind: "sft-step", cycle, step: { loss, tokens } }) as unknown as StudyEvent;
const ppo = (meanScore: number, stats: object) =>
  ({ kind: "ppo-step", cycle: 1, meanScore, stats }) as unknown as StudyEvent;
const resumed: StudyEvent = { kind: "resumed", from: { kind: "lora", cycle: 1, step: 1 } };

test("steps are counted over cycles, tokens add up, time counts from the first event with breaks", () => {
  const { loss } = runCurves([
    { at: 1_000, events: [] },
    { at: 2_000, events: [sft(1, 3, 10)] },
    { at: 9_000, events: [resumed, sft(1, 2, 12)] },
    { at: 9_500, events: [sft(2, 1, 8)] },
  ]);
  expect(loss).toEqual([
    { step: 1, time: 1_000, tokens: 10, value: 3, restarted: false },
    { step: 2, time: 8_000, tokens: 22, value: 2, restarted: true },
    { step: 3, time: 8_500, tokens: 30, value: 1, restarted: false },
  ]);
});

test("rewards and KL share their steps; what a step does not tell is null", () => {
  const { reward, kl } = runCurves([
    { at: 0, events: [ppo(0.5, { "objective/kl": 0.1, responses: 5, "tokens/responses_len_mean": 8 })] }, // prettier-ignore
    { at: 10, events: [ppo(0.6, { "objective/kl": null })] },
  ]);
  expect(reward.map(({ value, tokens }) => [value, tokens])).toEqual([
    [0.5, 40],
    [0.6, null],
  ]);
  expect(kl.map(({ value }) => value)).toEqual([0.1, null]);
});

test("a run that has not trained has no points", () => {
  expect(runCurves([])).toEqual({ loss: [], reward: [], kl: [] });
});
