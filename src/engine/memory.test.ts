import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { estimateMemory } from "../core/models/memory";
import { backends, useBackend } from "../../tests/backends";
import { loadPair, randomSequences } from "../../tests/bench/random-model";
import { loraSteps } from "../../tests/bench/steps";
import { resolveConfig } from "../core/study/presets";
import { createAdapter } from "./adapter/attach";
import { kernelsHere, startBackend } from "./backend";
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
    kernels: "fused",
  });
  expect(tf.memory().numBytes - before).toBe(estimate.weights);
  const attached = createAdapter(model, settings, 1);
  expect(tf.memory().numBytes - before).toBe(estimate.weights + estimate.adapter);
  attached.dispose();
  model.dispose();
});

interface Case {
  readonly title: string;
  readonly layers: number;
  readonly keptBlocks: number;
  readonly vocabulary?: number;
}

describe.each(backends)("on %s", (backend) => {
  test.each<Case>([
    { title: "where all blocks keep their inner values", layers: 6, keptBlocks: 6 },
    { title: "where half of them do", layers: 6, keptBlocks: 3 },
    { title: "where none does", layers: 3, keptBlocks: 0 },
    ...(backend === "webgpu"
      ? []
      : [{ title: "where logits need most", layers: 2, keptBlocks: 2, vocabulary: 4000 }]),
  ])(
    "a LoRA step holds what the estimate says, to a tenth: $title",
    async ({ layers, keptBlocks, vocabulary = 64 }) => {
      await useBackend(backend);
      const [rows, length] = [4, 32];
      const shape = { layers, width: 32, vocabulary, heads: 2, positions: 32 };
      const { model, plain } = await loadPair(shape, "2d", {
        shareWeights: true,
      });
      model.keptBlocks = keptBlocks;
      const sequences = randomSequences(rows, length, shape);
      await loraSteps(model, sequences, 1); // what is kept from the first use on
      const before = tf.memory().numBytes;
      const step = async () => void (await loraSteps(model, sequences, 1));
      const { peakBytes } = await tf.profile(step);
      const { optimiser, activations } = estimateMemory({
        model: model.config,
        adapter: { rank: 8, targetModules: ["c_attn"] },
        training: { microBatch: rows, length, keptBlocks },
        decoding: { rows: 1, promptLength: 1, maxNewTokens: 1 },
        kernels: kernelsHere(),
      });
      const taken = (peakBytes - before) / (optimiser + activations);
      expect(taken).toBeGreaterThan(0.9);
      expect(taken).toBeLessThan(1.1);
      tf.dispose(plain.adapter.variables);
      model.adapter!.dispose();
      model.dispose();
    },
  );
});
