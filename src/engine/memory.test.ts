import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { estimateMemory } from "../core/models/memory";
import { resolveConfig } from "../core/study/presets";
import { createAdapter } from "./adapter/attach";
import { startBackend } from "./backend";
import { loadGpt2 } from "./gpt2/load";

const golden = "tests/fixtures/golden/tiny-gpt2";
const files = {
  name: "tiny",
  read: async (file: string) =>
    new Uint8Array(
      readFileSync(`${golden}.${file === "config.json" ? "config.json" : "safetensors"}`),
    ),
};

test("weights and adapter take what the estimate says, to the byte", async () => {
  await startBackend("cpu");
  const before = tf.memory().numBytes;
  const model = await loadGpt2(files);
  const settings = resolveConfig({ preset: "recommended" }).adapter;
  const estimate = estimateMemory({
    model: model.config,
    adapter: settings,
    training: { microBatch: 4, length: 32 },
    decoding: { rows: 5, promptLength: 16, maxNewTokens: 16 },
    keepsTransposedHead: false,
  });
  expect(tf.memory().numBytes - before).toBe(estimate.weights);
  const attached = createAdapter(model, settings, 1);
  expect(tf.memory().numBytes - before).toBe(estimate.weights + estimate.adapter);
  attached.dispose();
  model.dispose();
});
