import * as tf from "@tensorflow/tfjs-core";
import * as v from "valibot";
import { afterEach, beforeEach, expect, test } from "vitest";
import { diskFolder } from "../../../tests/parity/folder";
import { loadGoldenModel } from "../../../tests/parity/gpt2-cases";
import { SftConfig } from "../../core/sft/config";
import { labelSequence } from "../../core/sft/labels";
import { AdapterConfig } from "../../core/adapter/config";
import { type AttachedAdapter, createAdapter } from "../adapter/attach";
import { startBackend } from "../backend";
import type { Gpt2 } from "../gpt2/model";
import type { SftStep } from "../../core/study/trainer";
import { trainSft } from "../../../tests/fixtures/train-sft";

const golden = diskFolder("tests/fixtures/golden");
const labels = { endOfText: 100, maxLength: 64, promptMasked: true, learnEndOfText: true };
const examples = [
  labelSequence([1, 2, 3], [4, 5, 6, 7], labels),
  labelSequence([8, 9], [10], labels),
  labelSequence([1, 2], [4, 5, 6], labels),
];
const settings = { steps: 3, batchSize: 3, microBatch: 3, learningRate: 1e-2 };

let model: Gpt2;
let adapter: AttachedAdapter;

beforeEach(async () => {
  await startBackend("cpu");
  model = await loadGoldenModel(golden);
});

afterEach(() => {
  adapter.dispose();
  model.dispose();
});

async function train(
  config: Partial<SftConfig> = {},
  { signal = new AbortController().signal, loraDropout = 0 } = {},
): Promise<SftStep[]> {
  adapter = createAdapter(model, v.parse(AdapterConfig, { rank: 2, loraDropout }), 3);
  model.adapter = adapter;
  const steps: SftStep[] = [];
  await trainSft(model, adapter.variables(), examples, {
    config: v.parse(SftConfig, { ...settings, ...config }),
    seed: 5,
    signal,
    onStep: (step) => steps.push(step),
  });
  return steps;
}

const weights = async () =>
  (await Promise.all(adapter.variables().map(({ variable }) => variable.data()))).flatMap((x) => [
    ...x,
  ]);

test("the loss falls, and each step says what it did", async () => {
  const steps = await train({ steps: 8 });
  expect(steps.map(({ step }) => step)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  expect(steps.at(-1)!.loss).toBeLessThan(steps[0]!.loss - 0.5);
  expect(steps[0]).toMatchObject({ totalSteps: 8, tokens: 11, learningRate: 1e-2 });
});

test("how a batch is cut into micro-batches does not matter", async () => {
  const whole = await train();
  const before = await weights();
  adapter.dispose();
  const cut = await train({ microBatch: 1 });
  expect(cut.map(({ loss }) => loss)).toBeAllClose(whole.map(({ loss }) => loss));
  expect(await weights()).toBeAllClose(before, { atol: 1e-5 });
});

test("the seed repeats a run, dropout included", async () => {
  const first = await train({ batchSize: 2 }, { loraDropout: 0.5 });
  adapter.dispose();
  expect(await train({ batchSize: 2 }, { loraDropout: 0.5 })).toEqual(first);
});

test("leaves no tensor behind, also when it is aborted", async () => {
  await train({ steps: 1 });
  const before = tf.memory().numTensors; // with one adapter, as below
  adapter.dispose();
  const controller = new AbortController();
  const aborted = train({ microBatch: 1 }, { signal: controller.signal });
  setTimeout(() => controller.abort());
  await expect(aborted).rejects.toThrow("aborted");
  expect(tf.memory().numTensors).toBe(before);
});

test("refuses to train on nothing", async () => {
  await train({ steps: 1 });
  const run = trainSft(model, adapter.variables(), [], {
    config: v.parse(SftConfig, {}),
    seed: 1,
    signal: new AbortController().signal,
    onStep: () => undefined,
  });
  await expect(run).rejects.toThrow("no examples to learn from");
});
