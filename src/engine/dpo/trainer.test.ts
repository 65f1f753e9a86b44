import * as tf from "@tensorflow/tfjs-core";
import * as v from "valibot";
import { afterEach, beforeEach, expect, test } from "vitest";
import { diskFolder } from "../../../tests/parity/folder";
import { loadGoldenModel, readGoldenAdapter } from "../../../tests/parity/gpt2-cases";
import { DpoConfig } from "../../core/dpo/config";
import { type AttachedAdapter, importAdapter } from "../adapter/attach";
import { startBackend } from "../backend";
import type { Gpt2 } from "../gpt2/model";
import { DpoTrainer, type TokenPair } from "./trainer";

const golden = diskFolder("tests/fixtures/golden");
const { signal } = new AbortController();
const pairs: readonly TokenPair[] = [
  { query: [1, 2, 3], chosen: [4, 5, 6, 7], rejected: [10, 11] },
  { query: [8, 9], chosen: [92, 65], rejected: [3, 14, 15] },
  { query: [5, 6], chosen: [7, 8, 9], rejected: [17, 18, 19, 20] },
];

let model: Gpt2;
let adapter: AttachedAdapter;
let trainer: DpoTrainer;

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

function start(settings: v.InferInput<typeof DpoConfig> = {}): DpoTrainer {
  const config = v.parse(DpoConfig, { learningRate: 1e-2, ...settings });
  trainer = new DpoTrainer(model, adapter.variables(), { config, reference: "start" });
  return trainer;
}

const weights = async () =>
  (await Promise.all(adapter.variables().map(({ variable }) => variable.data()))).flatMap((x) => [
    ...x,
  ]);

test("at its start no answer is preferred: the loss is ln 2, rewards are 0, and then the margin grows", async () => {
  start();
  const first = await trainer.step(pairs, { signal });
  expect(first.loss).toBeCloseTo(Math.LN2, 5);
  expect(first["rewards/margins"]).toBeCloseTo(0, 5);
  expect(first).toMatchObject({ pairs: 3, skippedPairs: 0, updates: 1, reason: null });
  for (let i = 0; i < 4; i++) await trainer.step(pairs, { signal });
  const last = await trainer.step(pairs, { signal });
  expect(last["rewards/margins"]).toBeGreaterThan(0.05);
  expect(last["rewards/accuracies"]).toBe(1);
  expect(last["rewards/margins"]).toBeCloseTo(
    last["rewards/chosen"]! - last["rewards/rejected"]!,
    5,
  );
  expect(last.loss).toBeLessThan(first.loss!);
});

test.each(["sigmoid", "hinge", "ipo"] as const)(
  "%s: how a batch is cut into micro-batches does not matter",
  async (lossType) => {
    const after = async (microBatch: number) => {
      await freshAdapter();
      start({ lossType, microBatch, numIterations: 3 });
      const { loss } = await trainer.step(pairs, { signal });
      trainer.dispose();
      return { loss, weights: await weights() };
    };
    const [whole, cut] = [await after(3), await after(2)];
    expect(cut.loss).toBeCloseTo(whole.loss!, 4);
    expect(cut.weights).toBeAllClose(whole.weights, { atol: 2e-4 });
    start();
  },
);

test("a pair with an empty answer is skipped; with none left nothing changes and the statistics say why", async () => {
  start();
  const some = [pairs[0]!, { ...pairs[1]!, rejected: [] }];
  expect(await trainer.step(some, { signal })).toMatchObject({ pairs: 2, skippedPairs: 1 });
  const before = await weights();
  const none = await trainer.step([], { signal });
  expect(none).toMatchObject({ loss: null, updates: 0 });
  expect(none.reason).toMatch(/no two answers differ enough/);
  expect(await weights()).toEqual(before);
});

test("goes on from a snapshot to the bit, with the reference it started from", async () => {
  start();
  await trainer.step(pairs, { signal });
  const saved = await trainer.snapshot();
  const expected = await trainer.step(pairs, { signal });
  const moved = await weights();
  trainer.dispose();
  await freshAdapter();
  start().restore(saved);
  expect(await trainer.step(pairs, { signal })).toEqual(expected);
  expect(await weights()).toEqual(moved);
});

test("leaves no tensor behind", async () => {
  start({ microBatch: 1 });
  await trainer.step(pairs, { signal });
  const before = tf.memory().numTensors;
  await trainer.step(pairs, { signal });
  expect(tf.memory().numTensors).toBe(before);
});
