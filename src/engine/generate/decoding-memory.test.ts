import * as tf from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { backends, useBackend } from "../../../tests/backends";
import { loadPair } from "../../../tests/bench/random-model";
import { estimateAnswering } from "../../core/models/memory";
import { kernelsHere } from "../backend";
import type { Gpt2 } from "../gpt2/model";
import { wasmHeap } from "../wasm-heap";
import { generate } from "./generate";

/** Buffers of tfjs's pool that are in use: those of queued commands too, which `tf.memory()` does not count. */
async function peakOnGpu(work: () => Promise<unknown>): Promise<number> {
  const { bufferManager } = tf.backend() as WebGPUBackend;
  const before = bufferManager.numBytesUsed;
  const acquire = bufferManager.acquireBuffer.bind(bufferManager);
  let peak = before;
  bufferManager.acquireBuffer = (...wanted) => {
    const buffer = acquire(...wanted);
    peak = Math.max(peak, bufferManager.numBytesUsed);
    return buffer;
  };
  await work();
  bufferManager.acquireBuffer = acquire;
  return peak - before;
}

/** Bytes of the heap that are in use. */
async function peakOnHeap(work: () => Promise<unknown>): Promise<number> {
  const heap = wasmHeap();
  const [malloc, free] = [heap._malloc.bind(heap), heap._free.bind(heap)];
  const sizes = new Map<number, number>();
  let [used, peak] = [0, 0];
  heap._malloc = (bytes) => {
    const pointer = malloc(bytes);
    sizes.set(pointer, bytes);
    peak = Math.max(peak, (used += bytes));
    return pointer;
  };
  heap._free = (pointer) => {
    used -= sizes.get(pointer) ?? 0;
    sizes.delete(pointer);
    free(pointer);
  };
  await work();
  Object.assign(heap, { _malloc: malloc, _free: free });
  return peak;
}

const shapes = [
  { title: "few rows, a long prompt", rows: 1, promptLength: 90, maxNewTokens: 3 },
  { title: "many rows, long prompts", rows: 8, promptLength: 40, maxNewTokens: 3 },
  { title: "few rows, a short prompt", rows: 2, promptLength: 3, maxNewTokens: 4 },
  { title: "many rows, short prompts", rows: 24, promptLength: 3, maxNewTokens: 4 },
];

describe.each(backends.filter((backend) => backend !== "cpu"))("on %s", (backend) => {
  let model: Gpt2;
  beforeAll(async () => {
    await useBackend(backend);
    const shape = { layers: 2, width: 32, vocabulary: 2000, heads: 2, positions: 96 };
    const pair = await loadPair(shape, "2d", { shareWeights: true });
    tf.dispose(pair.plain.adapter.variables);
    model = pair.model;
  });
  afterAll(() => {
    model.adapter!.dispose();
    model.dispose();
  });

  test.each(shapes)("answers hold what they were estimated to: $title", async (decoding) => {
    const { rows, promptLength, maxNewTokens } = decoding;
    const prompts = Array.from({ length: rows }, (_, seed) => ({
      ids: Array.from({ length: promptLength }, (_, i) => i + seed),
      seed,
    }));
    const settings = { temperature: 1, topK: 0, topP: 1, maxNewTokens };
    const answer = () => generate(model, prompts, settings);
    await answer(); // what is kept from the first use on
    const taken = await (backend === "webgpu" ? peakOnGpu : peakOnHeap)(answer);
    const kernels = kernelsHere();
    const shape = { model: model.config, kernels, decoding, adapter: model.adapter!.config };
    const { packed, cache, pass, token } = estimateAnswering(shape);
    const share = taken / (packed + cache + Math.max(pass, token));
    expect(share).toBeGreaterThan(0.9);
    expect(share).toBeLessThan(1.1);
  });
});
