import * as tf from "@tensorflow/tfjs-core";
import * as v from "valibot";
import { describe, expect, test } from "vitest";
import { backends, useBackend } from "../../../tests/backends";
import { fillHeap, releaseHeap } from "../../../tests/full-heap";
import { smallGpt2Files } from "../../../tests/fixtures/small-gpt2";
import { AdapterConfig } from "../../core/adapter/config";
import { resolveConfig } from "../../core/study/presets";
import { loadPolicy } from "../policy";
import { OutOfMemoryError } from "../out-of-memory";
import { tryOnGpu } from "../trial-allocation";
import { trainingBuffers } from "../../core/models/memory";
import { makeRoom, type StepShape } from "./room";

const adapter = v.parse(AdapterConfig, { rank: 2 });
const shape = { layers: 2, width: 64, inner: 256, heads: 2, vocabulary: 512, positions: 1024 };
const model = (changes: Partial<typeof shape> = {}) => ({
  config: { ...shape, ...changes, layerNormEpsilon: 1e-5, endOfText: 0 },
  keepsTransposedHead: true,
});
const step: StepShape = {
  ...{ sequences: 4, fewest: 1, length: 32, setting: "sft.microBatch" },
  remedy: "Lower adapter.rank",
};

describe.each(backends)("on %s", (backend) => {
  test("a step that fits is left as it was asked for", async () => {
    await useBackend(backend);
    const asAsked = { keptBlocks: 2, note: null };
    expect(await makeRoom(model(), adapter, step)).toEqual({ sequences: 4, ...asAsked });
    const nothing = { ...step, sequences: 0, length: 0 };
    expect(await makeRoom(model(), adapter, nothing)).toEqual({ sequences: 0, ...asAsked });
  });
});

test("on wasm a micro-batch is halved until the heap can hold it, and what cannot be held is told with what to change", async () => {
  await useBackend("wasm");
  // 1.1 GB a sequence with no block's inner values, of which the heap can hold 3.
  const wide = model({ layers: 24, width: 1024, inner: 4096, positions: 4096 });
  const long = { ...step, sequences: 6, length: 4096 };
  const { sequences, note } = await makeRoom(wide, adapter, long);
  expect(sequences).toBe(3);
  expect(note).toMatch(
    /^WebAssembly has no room for 6 of 4096 tokens, 6\d{3} MB beside the model \(.*\): 3 go through the model at once, below what sft\.microBatch says/,
  );
  const tooLong = makeRoom(wide, adapter, { ...long, length: 16_384 });
  await expect(tooLong).rejects.toThrow(OutOfMemoryError);
  await expect(tooLong).rejects.toThrow(
    /one sequence of 16384 tokens takes 4\d{3} MB beside the model \(.*\)\. Lower adapter\.rank, or take a smaller model/,
  );
  const uncut = makeRoom(wide, adapter, { ...long, fewest: 6, setting: "ppo.miniBatchSize" });
  await expect(uncut).rejects.toThrow(/Lower ppo\.miniBatchSize \(now 6\), which changes/);
});

test.runIf(backends.includes("webgpu"))(
  "on webgpu a micro-batch is halved until the device makes its largest buffer",
  async () => {
    await useBackend("webgpu");
    const device = await (await navigator.gpu.requestAdapter())!.requestDevice();
    const least = (sizes: readonly number[]) => tryOnGpu(device, sizes); // 128 MiB a buffer
    const wide = model({ layers: 1, inner: 12_288 }); // 50 MB a sequence
    const { sequences, note } = await makeRoom(
      wide,
      adapter,
      { ...step, sequences: 3, length: 1024 },
      least,
    );
    expect(sequences).toBe(1);
    expect(note).toMatch(/^WebGPU has no room for 3 of 1024 tokens.*: 1 goes through/);
    device.destroy();
  },
);

test("blocks keep as much as there is room for, and a sentence says what the others do", async () => {
  await useBackend("wasm");
  const ten = model({ layers: 10 });
  const buffers = (keptBlocks: number) =>
    trainingBuffers(
      {
        model: ten.config,
        adapter,
        training: { microBatch: 4, length: 32, keptBlocks },
        kernels: "simd",
      },
      true,
    ).total;
  const upTo = (most: number) => async (sizes: readonly number[]) =>
    sizes.reduce((sum, size) => sum + size, 0) <= most ? null : "full";
  const kept = async (most: number) => makeRoom(ten, adapter, step, upTo(most));
  expect(await kept(buffers(10))).toMatchObject({ sequences: 4, keptBlocks: 10, note: null });
  const some = await kept(buffers(10) - 1);
  expect(some).toMatchObject({ sequences: 4, keptBlocks: 5 });
  expect(some.note).toMatch(
    /^WebAssembly has no room for 4 of 32 tokens, .* \(full\): 5 of 10 blocks keep/,
  );
  // One takes as much as none: its inner values are there in its turn anyway.
  expect(await kept(buffers(0))).toMatchObject({ sequences: 4, keptBlocks: 1 });
  expect(await kept(buffers(0) - 1)).toMatchObject({ sequences: 2, keptBlocks: 0 });
});

test("a fine-tuning with little of the heap left halves its micro-batch, says so, and learns the same", async () => {
  await useBackend("wasm");
  const small = smallGpt2Files();
  const policy = await loadPolicy({ name: "small", read: async (file) => small.get(file)! });
  const { adapter: settings, sft } = resolveConfig({
    preset: "recommended",
    sft: { steps: 2, batchSize: 4, microBatch: 4, learningRate: 1e-2 },
  });
  const examples = ["a", "b", "c", "d"].map((letter) => ({
    prompt: `Is it right to keep ${letter}?`,
    answer: "Only if all who are touched by it know. ".repeat(30),
  }));
  const learn = async () => {
    const session = await policy.startSft(examples, { adapter: settings, sft, seed: 1 });
    releaseHeap();
    const signal = new AbortController().signal;
    const losses: number[] = [];
    const steps = async () => {
      for (let i = 0; i < 3; i++) losses.push((await session.step([0, 1, 2, 3], { signal })).loss);
    };
    const before = tf.memory().numBytes;
    const { peakBytes } = await tf.profile(async () => void (await steps()));
    await session.end();
    return { losses, note: session.note, held: peakBytes - before };
  };

  const free = await learn();
  expect(free.note).toBeNull();
  fillHeap(9e6);
  const tight = await learn();
  expect(tight.note).toMatch(/^WebAssembly has no room for 4 of \d+ tokens.*: 2 go through/);
  expect(tight.held).toBeLessThan(0.7 * free.held);
  expect(tight.losses).toBeAllClose(free.losses, { rtol: 1e-5 });
  expect(free.losses[2]).toBeLessThan(free.losses[0]! - 0.1);
  policy.dispose();
});
