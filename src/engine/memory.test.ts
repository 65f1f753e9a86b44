import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { resolveConfig } from "../core/study/presets";
import { createAdapter } from "./adapter/attach";
import { startBackend } from "./backend";
import { readGpt2Config } from "./gpt2/config";
import { loadGpt2 } from "./gpt2/load";
import { checkLimits, estimateMemory, fittingMicroBatch } from "./memory";

const gpt2 = readGpt2Config('{"model_type":"gpt2"}');
const adapter = { rank: 8, targetModules: ["c_attn"] };
const training = { microBatch: 4, length: 128 };
const decoding = { rows: 5, promptLength: 128, maxNewTokens: 64 };

const golden = "tests/fixtures/golden/tiny-gpt2";
const files = {
  name: "tiny",
  read: async (file: string) =>
    new Uint8Array(
      readFileSync(`${golden}.${file === "config.json" ? "config.json" : "safetensors"}`),
    ),
};

test("GPT-2 has 124,439,808 weights, and an adapter of rank 8 on c_attn 294,912", () => {
  const estimate = estimateMemory(gpt2, adapter, training, decoding);
  expect(estimate.weights).toBe(4 * 124_439_808);
  expect(estimate.adapter).toBe(4 * 294_912);
  expect(estimate.cache).toBe(4 * 5 * 192 * 12 * 2 * 768);
  expect(estimate.largestBuffer).toBe(4 * 50_257 * 768);
});

test("a device that allows too small a buffer is refused with the figures and what to do", () => {
  const limits = { maxBufferSize: 2 ** 28, maxStorageBufferBindingSize: 2 ** 27 };
  const estimate = estimateMemory(gpt2, adapter, training, decoding);
  expect(() => checkLimits(estimate, limits)).toThrow(
    "needs a buffer of 155 MB, and the device allows 135 MB; lower sft.microBatch",
  );
  expect(() =>
    checkLimits(estimate, { ...limits, maxStorageBufferBindingSize: 2 ** 28 }),
  ).not.toThrow();
});

test("the micro-batch is as large as fits, and 0 where nothing does", () => {
  const long = { ...training, length: 512 }; // where training needs more than decoding
  const fits = (bytes: number) => fittingMicroBatch(gpt2, adapter, long, decoding, bytes);
  const two = estimateMemory(gpt2, adapter, { ...long, microBatch: 2 }, decoding).total;
  expect(fits(1e12)).toBe(4);
  expect(fits(two)).toBe(2);
  expect(fits(1e6)).toBe(0);
});

test("weights and adapter take what the estimate says, to the byte", async () => {
  await startBackend("cpu");
  const before = tf.memory().numBytes;
  const model = await loadGpt2(files);
  const settings = resolveConfig({ preset: "recommended" }).adapter;
  const estimate = estimateMemory(model.config, settings, training, decoding);
  expect(tf.memory().numBytes - before).toBe(estimate.weights);
  const attached = createAdapter(model, settings, 1);
  expect(tf.memory().numBytes - before).toBe(estimate.weights + estimate.adapter);
  attached.dispose();
  model.dispose();
});
