import * as tf from "@tensorflow/tfjs-core";
import * as v from "valibot";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { diskFolder } from "../../../tests/parity/folder";
import { loadGoldenModel, readGoldenAdapter } from "../../../tests/parity/gpt2-cases";
import { PpoConfig } from "../../core/ppo/config";
import { type AttachedAdapter, importAdapter } from "../adapter/attach";
import { startBackend } from "../backend";
import type { Gpt2 } from "../gpt2/model";
import { pretrainedReference } from "../training/reference";
import { scoreRollouts } from "./rollout";
import type { PpoUpdate } from "./update";
import { type PpoOptions, PpoTrainer } from "./trainer";

const golden = diskFolder("tests/fixtures/golden");
const { signal } = new AbortController();
const rollouts = [
  { query: [1, 2, 3], response: [4, 5, 6, 7] },
  { query: [8, 9], response: [10, 11] },
  { query: [3, 14, 15], response: [92, 65, 35] },
  { query: [5, 6], response: [7, 8, 9] },
];
const scores = [1, 0.2, 0.5, -0.4];

let model: Gpt2;
let adapter: AttachedAdapter;
let trainer: PpoTrainer;

beforeEach(async () => {
  await startBackend("cpu");
  model = await loadGoldenModel(golden);
  adapter = importAdapter(model, await readGoldenAdapter(golden));
  model.adapter = adapter;
});

afterEach(() => {
  trainer.dispose();
  adapter.dispose();
  model.dispose();
});

function start(config: Partial<PpoConfig> = {}, options: Partial<PpoOptions> = {}): PpoTrainer {
  const settings = { learningRate: 1e-2, ppoEpochs: 2, miniBatchSize: 2, ...config };
  trainer = new PpoTrainer(model, adapter.variables(), {
    config: v.parse(PpoConfig, settings),
    reference: "base",
    seed: 1,
    valueHead: null,
    ...options,
  });
  return trainer;
}

const weights = async () =>
  (await Promise.all(adapter.variables().map(({ variable }) => variable.data()))).flatMap((x) => [
    ...x,
  ]);

test("measured from its start, the policy is at distance 0 and then moves away", async () => {
  start({}, { reference: "start" });
  const first = await trainer.step(rollouts, scores, { signal });
  const second = await trainer.step(rollouts, scores, { signal });
  expect(first["objective/kl_dist"]).toBeAllClose([0, 0, 0, 0]);
  expect(first["ppo/mean_non_score_reward"]).toBeCloseTo(0, 6);
  expect(second["objective/kl_dist"].some((kl) => Math.abs(kl) > 1e-3)).toBe(true);
});

test("a reference pass leaves the policy where it was", async () => {
  start({ learningRate: 1e-12 }, { reference: "start" });
  const before = await weights();
  await trainer.step(rollouts, scores, { signal });
  expect(await weights()).toBeAllClose(before);
});

test("the seed decides the order of each epoch", async () => {
  const orders = async (seed: number) => {
    const seen: PpoUpdate[] = [];
    start({ learningRate: 1e-12 }, { seed });
    await trainer.step(rollouts, scores, { signal, onUpdate: (update) => seen.push(update) });
    trainer.dispose();
    return seen.map(({ epoch, rows }) => [epoch, ...rows]);
  };
  const order = await orders(1);
  expect(order.map(([epoch]) => epoch)).toEqual([0, 0, 1, 1]);
  expect(
    order
      .slice(0, 2)
      .flatMap(([, ...rows]) => rows)
      .toSorted(),
  ).toEqual([0, 1, 2, 3]);
  expect(await orders(1)).toEqual(order);
  expect(await orders(2)).not.toEqual(order);
  start();
});

test("responses of fewer than two tokens are left out and counted", async () => {
  start();
  const stats = await trainer.step(
    [...rollouts, { query: [1], response: [2] }, { query: [1], response: [] }],
    [...scores, 9, 9],
    { signal },
  );
  expect(stats).toMatchObject({ responses: 6, skippedResponses: 2, reason: null });
  expect(stats["ppo/mean_scores"]).toBeCloseTo(0.325, 6);
});

test("a batch with nothing to learn from changes nothing and says why", async () => {
  start();
  const before = await weights();
  const stats = await trainer.step([{ query: [1], response: [2] }], [1], { signal });
  expect(stats.reason).toBe("none of 1 responses has 2 tokens or more");
  expect(stats).toMatchObject({ skippedResponses: 1, miniBatches: 0, "objective/kl": null });
  expect(await weights()).toEqual(before);
  expect(trainer.klCoefficient).toBe(0.2);
});

test("over the ratio threshold, TRL's way still moves by momentum and the other does not", async () => {
  const after = async (config: Partial<PpoConfig>) => {
    const fresh = importAdapter(model, await readGoldenAdapter(golden));
    model.adapter!.dispose();
    model.adapter = adapter = fresh;
    start({ miniBatchSize: 4, ratioThreshold: 1.001, ...config });
    const stats = await trainer.step(rollouts, scores, { signal });
    trainer.dispose();
    return { stats, weights: await weights() };
  };
  const once = await after({ ppoEpochs: 1 });
  const skip = await after({ ppoEpochs: 3, ratioThresholdMode: "skip" });
  const trl = await after({ ppoEpochs: 3, ratioThresholdMode: "trl" });

  expect(once.stats.miniBatchesOverRatio).toBe(0);
  expect(skip.stats).toMatchObject({ miniBatches: 3, miniBatchesOverRatio: 2 });
  expect(trl.stats.miniBatchesOverRatio).toBe(2);
  expect(skip.weights).toEqual(once.weights);
  const moved = trl.weights.map((w, i) => Math.abs(w - once.weights[i]!));
  expect(Math.max(...moved)).toBeGreaterThan(1e-3);
  start();
});

test("stops early once an epoch ends too far from the sampling policy", async () => {
  start({ earlyStopping: true, targetKl: 1e-9, ppoEpochs: 8, learningRate: 5e-2 });
  const stats = await trainer.step(rollouts, scores, { signal });
  expect(stats.stoppedEarly).toBe(true);
  expect(stats.miniBatches).toBeLessThan(16);
});

describe.each([
  { title: "as it should be", config: {} },
  { title: "accumulated", config: { miniBatchSize: 1, gradientAccumulationSteps: 4 } },
  { title: "clipped at first only", config: { maxGradNorm: 0.1, clipGradient: "first-update" } },
  { title: "over the ratio, TRL's way", config: { ratioThreshold: 1.001 } },
  {
    title: "over the ratio, skipped",
    config: { ratioThreshold: 1.001, ratioThresholdMode: "skip" },
  },
] satisfies { title: string; config: Partial<PpoConfig> }[])("$title", ({ config }) => {
  test("updates that are queued ahead are those that are looked at one by one", async () => {
    const run = async (ahead: boolean) => {
      adapter.dispose();
      model.adapter = adapter = importAdapter(model, await readGoldenAdapter(golden));
      const seen: PpoUpdate[] = [];
      start({ ppoEpochs: 3, ...config }, { ahead });
      const hooks = { signal, onUpdate: (update: PpoUpdate) => void seen.push(update) };
      const stats = [
        await trainer.step(rollouts, scores, hooks),
        await trainer.step(rollouts, scores, hooks),
      ];
      const end = await trainer.snapshot();
      trainer.dispose();
      return { seen, stats, end };
    };
    const watched = await run(false);
    expect(await run(true)).toEqual(watched);
    expect(watched.seen.length).toBeGreaterThanOrEqual(6);
    start();
  });
});

test.each([true, false])("a gradient that is not finite ends a step (ahead: %s)", async (ahead) => {
  start({}, { ahead });
  const before = await weights();
  const step = trainer.step(rollouts, [1e38, -1e38, 1e38, 0], { signal });
  await expect(step).rejects.toThrow("the gradient's norm is");
  expect(await weights()).toEqual(before);
});

test("mini-batches accumulated to the whole batch make one update an epoch", async () => {
  const seen: PpoUpdate[] = [];
  start({ ppoEpochs: 1, miniBatchSize: 2, gradientAccumulationSteps: 2 });
  await trainer.step(rollouts, scores, { signal, onUpdate: (update) => seen.push(update) });
  expect(seen).toHaveLength(2);
  expect(seen[0]!.gradientNorm).toBe(seen[1]!.gradientNorm);
  expect(seen[1]!.statistics["ppo/policy/ratio"]).toBeCloseTo(1, 5); // no update came between
});

test("scores are scaled by what was seen so far, where that is asked for", async () => {
  start({ useScoreScaling: true, useScoreNorm: true, scoreClip: 0.5 });
  const stats = await trainer.step(rollouts, scores, { signal });
  expect(Math.abs(stats["ppo/mean_scores"]!)).toBeLessThan(0.2);
  expect(stats["ppo/std_scores"]).toBeLessThan(0.6);
});

test("leaves no tensor behind", async () => {
  const before = tf.memory().numTensors;
  for (const ahead of [true, false]) {
    start({ klPenalty: "full", ratioThreshold: 1.001 }, { reference: "start", ahead });
    await trainer.step(rollouts, scores, { signal });
    trainer.dispose();
    expect(tf.memory().numTensors).toBe(before);
  }
  start();
});

test("scored in parts, a step is the same and scoring holds less at once", async () => {
  const after = async (scoredAtOnce: number) => {
    start({ klPenalty: "full" }, { scoredAtOnce });
    const stats = await trainer.step(rollouts, scores, { signal });
    trainer.dispose();
    adapter.dispose();
    model.adapter = adapter = importAdapter(model, await readGoldenAdapter(golden));
    return stats;
  };
  const [whole, parts] = [await after(4), await after(1)];
  expect(parts["objective/kl_dist"]).toBeAllClose(whole["objective/kl_dist"], { atol: 1e-5 });
  expect(parts["ppo/loss/total"]).toBeCloseTo(whole["ppo/loss/total"]!, 4);
  start();
  const held = async (atOnce: number) => {
    const head = trainer.valueHead;
    const before = tf.memory().numBytes;
    const scoring = { penalty: "full", atOnce } as const;
    const score = () => scoreRollouts(model, head, pretrainedReference(model), rollouts, scoring);
    const { peakBytes } = await tf.profile(async () => void (await score()));
    return peakBytes - before;
  };
  await held(4); // what is kept from the first use on
  expect(await held(1)).toBeLessThan(0.5 * (await held(4)));
});

test("an abort is heard between mini-batches and leaks nothing", async () => {
  start();
  const before = tf.memory().numTensors;
  const controller = new AbortController();
  const step = trainer.step(rollouts, scores, {
    signal: controller.signal,
    onUpdate: () => controller.abort(),
  });
  await expect(step).rejects.toThrow("aborted");
  expect(tf.memory().numTensors).toBe(before);
});

test("refuses scores and orders that do not fit, and a base reference without an adapter", async () => {
  start();
  await expect(trainer.step(rollouts, [1], { signal })).rejects.toThrow(
    "4 responses came with 1 scores",
  );
  await expect(
    trainer.step(rollouts, scores, { signal, permutations: [[0, 1, 2, 3]] }),
  ).rejects.toThrow("1 orders were given for 2 epochs");
  model.adapter = null;
  expect(
    () =>
      new PpoTrainer(model, adapter.variables(), {
        config: v.parse(PpoConfig, {}),
        reference: "base",
        seed: 1,
        valueHead: null,
      }),
  ).toThrow('no adapter is attached; take the reference "start"');
});
