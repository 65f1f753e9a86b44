import * as tf from "@tensorflow/tfjs-core";
import * as v from "valibot";
import { afterEach, beforeEach, expect, test } from "vitest";
import { diskFolder } from "../../../tests/parity/folder";
import { loadGoldenModel, readGoldenAdapter } from "../../../tests/parity/gpt2-cases";
import { GrpoConfig, RlooConfig } from "../../core/group-rl/config";
import type { GroupMethod } from "../../core/group-rl/plan";
import { type AttachedAdapter, importAdapter } from "../adapter/attach";
import { startBackend } from "../backend";
import type { Gpt2 } from "../gpt2/model";
import { scoreResponses } from "../training/responses";
import { type GroupOptions, GroupTrainer, type PaidResponse } from "./trainer";

const golden = diskFolder("tests/fixtures/golden");
const { signal } = new AbortController();
const responses: readonly PaidResponse[] = [
  { query: [1, 2, 3], response: [4, 5, 6, 7], score: 1, group: 0 },
  { query: [8, 9], response: [10, 11], score: 0.2, group: 0 },
  { query: [3, 14, 15], response: [92, 65, 35], score: 0.5, group: 0 },
  { query: [5, 6], response: [7, 8, 9], score: -0.4, group: 1 },
  { query: [5, 6], response: [17, 18], score: 0.6, group: 1 },
];

let model: Gpt2;
let adapter: AttachedAdapter;
let trainer: GroupTrainer;

beforeEach(async () => {
  await startBackend("cpu");
  model = await loadGoldenModel(golden);
  await freshAdapter();
});

afterEach(() => {
  trainer.dispose();
  adapter.dispose();
  model.dispose();
});

async function freshAdapter(): Promise<void> {
  model.adapter?.dispose();
  model.adapter = adapter = importAdapter(model, await readGoldenAdapter(golden));
}

function start(learns: GroupMethod, more: Partial<GroupOptions> = {}): GroupTrainer {
  const options = { learns, reference: "start", longestAnswer: 8, ...more } as const;
  trainer = new GroupTrainer(model, adapter.variables(), options);
  return trainer;
}
const grpo = (settings: v.InferInput<typeof GrpoConfig> = {}): GroupMethod => ({
  method: "grpo",
  config: v.parse(GrpoConfig, { learningRate: 1e-2, ...settings }),
});
const rloo = (settings: v.InferInput<typeof RlooConfig> = {}): GroupMethod => ({
  method: "rloo",
  config: v.parse(RlooConfig, { learningRate: 1e-2, ...settings }),
});

const weights = async () =>
  (await Promise.all(adapter.variables().map(({ variable }) => variable.data()))).flatMap((x) => [
    ...x,
  ]);

test.each([
  ["rloo", rloo({ numIterations: 3 })],
  ["grpo", grpo({ numIterations: 3, beta: 0.1, lossType: "grpo" })],
  ["gspo", grpo({ numIterations: 3, importanceSamplingLevel: "sequence" })],
] as const)(
  "%s: how a batch is cut to be scored and learned from does not matter",
  async (_, learns) => {
    const after = async (microBatch: number) => {
      await freshAdapter();
      const config = { ...learns.config, microBatch };
      start({ ...learns, config } as GroupMethod, { scoredAtOnce: microBatch });
      const stats = await trainer.step(responses, { signal });
      trainer.dispose();
      return { stats, weights: await weights() };
    };
    const [whole, cut] = [await after(5), await after(2)];
    expect(cut.stats.loss).toBeCloseTo(whole.stats.loss!, 5);
    expect(cut.stats["objective/kl_dist"]).toBeAllClose(whole.stats["objective/kl_dist"]);
    expect(cut.weights).toBeAllClose(whole.weights, { atol: 2e-4 });
    start(learns);
  },
);

test("an answer that did better than its group becomes likelier, and the worst less likely", async () => {
  start(rloo({ beta: 0 }));
  const mean = async (i: number) => {
    const { logProbs } = await scoreResponses(model, null, [responses[i]!]);
    return logProbs.reduce((a, b) => a + b, 0);
  };
  const before = [await mean(0), await mean(1)];
  for (let i = 0; i < 3; i++) await trainer.step(responses, { signal });
  expect(await mean(0)).toBeGreaterThan(before[0]!);
  expect(await mean(1)).toBeLessThan(before[1]!);
});

test("before the first update ratios are 1, the distance from the start is 0 and nothing is clipped", async () => {
  start(grpo({ beta: 0.1 }));
  const stats = await trainer.step(responses, { signal });
  expect(stats).toMatchObject({ responses: 5, skippedResponses: 0, updates: 1, reason: null });
  expect(stats.ratio).toBeCloseTo(1, 5);
  expect(stats.kl).toBeCloseTo(0, 6);
  expect(stats["objective/kl_dist"]).toBeAllClose([0, 0, 0, 0, 0], { atol: 1e-5 });
  expect(stats["clip_ratio/region_mean"]).toBe(0);
  expect(stats.reward).toBeCloseTo(0.38, 10);
  expect(stats["completions/mean_length"]).toBeCloseTo(2.8, 10);
  const second = await trainer.step(responses, { signal });
  expect(second.kl).toBeGreaterThan(1e-4);
});

test("where a group was paid alike nothing in it moves, and the statistics count it", async () => {
  start(grpo());
  const before = await weights();
  const alike = responses.map((one) => ({ ...one, score: 0.5 }));
  const stats = await trainer.step(alike, { signal });
  expect(stats).toMatchObject({ frac_reward_zero_std: 1, reward_std: 0, grad_norm: 0 });
  expect(await weights()).toEqual(before);
});

test("empty answers and those left alone in their group are skipped; with none left the statistics say why", async () => {
  start(grpo());
  const some = [
    ...responses.slice(0, 2),
    { ...responses[2]!, response: [] },
    responses[3]!, // alone in group 1
  ];
  expect(await trainer.step(some, { signal })).toMatchObject({ responses: 4, skippedResponses: 2 });
  const before = await weights();
  const none = await trainer.step([responses[3]!], { signal });
  expect(none).toMatchObject({ loss: null, skippedResponses: 1, updates: 0 });
  expect(none.reason).toBe("none of 1 responses has another one to be compared with");
  expect(await weights()).toEqual(before);
});

test("goes on from a snapshot to the bit", async () => {
  start(grpo({ numIterations: 2 }));
  await trainer.step(responses, { signal });
  const saved = await trainer.snapshot();
  await trainer.step(responses, { signal });
  const expected = await weights();
  trainer.dispose();
  await freshAdapter();
  start(grpo({ numIterations: 2 })).restore(saved);
  await trainer.step(responses, { signal });
  expect(await weights()).toEqual(expected);
  expect((await trainer.snapshot()).step).toBe(2);
});

test("leaves no tensor behind, also when it is aborted", async () => {
  start(grpo({ beta: 0.1, microBatch: 1 }));
  await trainer.step(responses, { signal });
  const before = tf.memory().numTensors;
  await trainer.step(responses, { signal });
  const controller = new AbortController();
  const aborted = trainer.step(responses, { signal: controller.signal });
  setTimeout(() => controller.abort());
  await expect(aborted).rejects.toThrow("aborted");
  expect(tf.memory().numTensors).toBe(before);
});

test("refuses a score that is no number, and a base reference without an adapter", async () => {
  start(rloo());
  const unsound = [{ ...responses[0]!, score: NaN }, responses[1]!];
  await expect(trainer.step(unsound, { signal })).rejects.toThrow("must be finite, got NaN");
  model.adapter = null;
  expect(
    () =>
      new GroupTrainer(model, adapter.variables(), {
        ...{ learns: rloo(), reference: "base", longestAnswer: 8 },
      }),
  ).toThrow('no adapter is attached; take the reference "start"');
});
