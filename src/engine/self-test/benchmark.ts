/** A short benchmark of the current backend: how fast it multiplies and copies, and what that comes to for a model. */
import * as tf from "@tensorflow/tfjs-core";
import type { AbortSignalLike } from "../../core/abort";
import type { Measurement } from "../../core/self-test/report";
import { resolveConfig } from "../../core/study/presets";
import { messageOf } from "../../core/message-of";
import type { ModelFiles } from "../gpt2/load";
import { type Gpt2Policy, loadPolicy } from "../policy";

/** Work grows until one run takes that long, so that a fast device is measured and a slow one is not kept busy. */
const LONG_ENOUGH_MS = 100;
const LARGEST_MATRIX = 2048;
const LARGEST_COPY = 2 ** 26; // numbers: 256 MiB
const PROMPTS = 5;

const TEXT = { prompt: "Is it ever acceptable to lie?", answer: "Lying is wrong in most cases." };

/** @param model  the one to decode and train with. */
export async function* benchmark(
  model: ModelFiles,
  signal: AbortSignalLike,
): AsyncGenerator<Measurement> {
  yield measure("Matrix product", "GFLOP/s", matrixProduct);
  signal.throwIfAborted();
  yield measure("Copy", "GB/s", copy);
  signal.throwIfAborted();
  const policy = await loadPolicy(model);
  try {
    yield measure(`Decoding, ${PROMPTS} answers of ${policy.name} at once`, "tokens/s", () =>
      decode(policy, signal),
    );
    signal.throwIfAborted();
    yield measure(`LoRA step, ${policy.name}, one example`, "ms", () => loraStep(policy, signal));
  } finally {
    policy.dispose();
  }
}

async function measure(
  name: string,
  unit: string,
  run: () => Promise<number>,
): Promise<Measurement> {
  try {
    return { name, unit, value: await run(), message: null };
  } catch (error) {
    const message = messageOf(error);
    return { name, unit, value: null, message };
  }
}

/** 2n³ operations a product of two n × n matrices. */
async function matrixProduct(): Promise<number> {
  for (let n = 128; ; n *= 2) {
    const a = tf.fill<tf.Rank.R2>([n, n], 0.5);
    const run = () => timed(() => tf.matMul(a, a));
    await run(); // compiles
    const ms = await run();
    a.dispose();
    if (ms >= LONG_ENOUGH_MS || n >= LARGEST_MATRIX) return (2 * n ** 3) / ms / 1e6;
  }
}

/** Each number is read once and written once: 8 bytes. */
async function copy(): Promise<number> {
  for (let n = 2 ** 18; ; n *= 4) {
    const x = tf.fill([n], 0.5);
    const run = () => timed(() => tf.add(x, 1));
    await run();
    const ms = await run();
    x.dispose();
    if (ms >= LONG_ENOUGH_MS || n >= LARGEST_COPY) return (8 * n) / ms / 1e6;
  }
}

/** Until the result is there: one number is read back, which waits for the rest. */
async function timed(run: () => tf.Tensor): Promise<number> {
  const started = performance.now();
  const result = run();
  const last = tf.tidy(() => tf.slice(tf.reshape(result, [-1]), 0, 1));
  await last.data();
  tf.dispose([result, last]);
  return performance.now() - started;
}

async function decode(policy: Gpt2Policy, signal: AbortSignalLike): Promise<number> {
  const prompts = Array.from({ length: PROMPTS }, (_, seed) => ({ prompt: TEXT.prompt, seed }));
  const run = async (maxNewTokens: number) => {
    const started = performance.now();
    const sampling = { temperature: 1, topK: 0, topP: 1, maxNewTokens };
    const rows = await policy.continue(prompts, sampling, { signal });
    const tokens = rows.reduce((sum, { ids }) => sum + ids.length, 0);
    return (1000 * tokens) / (performance.now() - started);
  };
  await run(2);
  const rough = await run(4);
  return rough < 20 ? rough : run(32);
}

/** The second of two steps: the first compiles. */
async function loraStep(policy: Gpt2Policy, signal: AbortSignalLike): Promise<number> {
  const { adapter, sft } = resolveConfig({
    preset: "recommended",
    sft: { steps: 2, batchSize: 1, microBatch: 1 },
  });
  const trainer = await policy.startSft([TEXT], { adapter, sft, seed: 1 });
  try {
    await trainer.step([0], { signal });
    const started = performance.now();
    await trainer.step([0], { signal });
    return performance.now() - started;
  } finally {
    await trainer.end();
    await policy.useAdapter(null);
  }
}
