import { expect, test } from "vitest";
import { readGpt2Config } from "../gpt2/config";
import {
  type MemoryShape,
  decodingBuffers,
  estimateAnswering,
  estimateMemory,
  parameterCount,
  shortageOf,
  trainingBuffers,
} from "./memory";

const gpt2 = readGpt2Config('{"model_type":"gpt2"}');
const shape: MemoryShape = {
  model: gpt2,
  adapter: { rank: 8, targetModules: ["c_attn"] },
  training: { microBatch: 4, length: 128 },
  decoding: { rows: 5, promptLength: 128, maxNewTokens: 64 },
  kernels: "fused",
};

test("GPT-2 has 124,439,808 weights, and an adapter of rank 8 on c_attn 294,912", () => {
  const estimate = estimateMemory(shape);
  expect(estimate.weights).toBe(4 * 124_439_808);
  expect(estimate.adapter).toBe(4 * 294_912);
  expect(estimate.cache).toBe(4 * 5 * 191 * 12 * 2 * 768); // the last new token is not read again
  expect(estimate.largestBuffer).toBe(4 * 50_257 * 768);
});

test.each([
  ["gpt2", 12, 12, 768, 124_439_808],
  ["gpt2-medium", 24, 16, 1024, 354_823_168],
  ["gpt2-large", 36, 20, 1280, 774_030_080],
  ["gpt2-xl", 48, 25, 1600, 1_557_611_200],
  ["distilgpt2", 6, 12, 768, 81_912_576],
])("%s has as many weights as it is known to have", (_, n_layer, n_head, n_embd, count) => {
  const config = readGpt2Config(JSON.stringify({ model_type: "gpt2", n_layer, n_head, n_embd }));
  expect(parameterCount(config)).toBe(count);
});

test("c_proj is both maps of that name, as PEFT has it", () => {
  const both = estimateMemory({ ...shape, adapter: { rank: 8, targetModules: ["c_proj"] } });
  expect(both.adapter).toBe(4 * 12 * 8 * (2 * 768 + 5 * 768));
});

test("plain kernels keep a transposed head and hold more at once", () => {
  const [fused, plain] = [estimateMemory(shape), estimateMemory({ ...shape, kernels: "plain" })];
  expect(plain.head - fused.head).toBe(4 * 50_257 * 768);
  expect(plain.activations).toBeGreaterThan(fused.activations);
});

test("a buffer or a heap that is too small is named, with the micro-batch that would fit", () => {
  const long = { ...shape, training: { microBatch: 4, length: 1024 } };
  // What the blocks keep can be computed again, and is not counted.
  const least = { ...long, training: { ...long.training, keptBlocks: 0 } };
  const two = estimateMemory({ ...least, training: { ...least.training, microBatch: 2 } });
  expect(shortageOf(long, { buffer: null, total: null })).toBeNull();
  expect(shortageOf(long, { buffer: null, total: two.total })).toMatchObject({
    of: "total",
    needed: estimateMemory(least).total,
    microBatch: 2,
  });
  expect(shortageOf(long, { buffer: 2 ** 27, total: null })).toEqual({
    of: "buffer",
    needed: 4 * 50_257 * 768,
    allowed: 2 ** 27,
    microBatch: 0,
  });
});

test("a training step's buffers are a tenth more than its estimate, none larger than its largest tensor", () => {
  const { adapter, optimiser, activations } = estimateMemory(shape);
  const { total, sizes } = trainingBuffers(shape, false);
  expect(total).toBe(Math.ceil(1.1 * (adapter + optimiser + activations)));
  expect(sizes.reduce((a, b) => a + b)).toBe(total);
  expect(Math.max(...sizes)).toBe(4 * 4 * 128 * 3072);
  const plain = { ...shape, kernels: "plain" } as const;
  const head = 4 * 50_257 * 768; // in one piece, and only where it is not there yet
  expect(trainingBuffers(plain, false).sizes[0]).toBe(head);
  expect(trainingBuffers(plain, false).total - trainingBuffers(plain, true).total).toBe(head);
});

test("decoding is tried with its cache, its packed weights and a block's pass over the prompts, and a tenth more, in buffers that a device can make", () => {
  const { sizes, total } = decodingBuffers(shape, true);
  const cache = 5 * (128 + 63) * 12 * 2 * 768;
  const packed = 2 * 25 * 768 + 294_912; // norms and adapter
  const pass = 5 * 128 * (2 * 768 + 7 * 768 + 2 * 3072);
  expect(total).toBe(Math.ceil(1.1 * 4 * (cache + packed + pass)));
  expect(sizes.reduce((sum, size) => sum + size, 0)).toBe(total);
  expect(Math.max(...sizes)).toBe(4 * 5 * 128 * 3072); // the inner layer of all prompts
  const plain = (hasHead: boolean) =>
    decodingBuffers({ ...shape, kernels: "plain" }, hasHead).total;
  expect(plain(false) - plain(true)).toBe(4 * 50_257 * 768);
  const twice = decodingBuffers({ ...shape, decoding: { ...shape.decoding, rows: 10 } }, true);
  expect((twice.total - 1.1 * 4 * packed) / (total - 1.1 * 4 * packed)).toBeCloseTo(2);
});

test("after short prompts a token's logits and what WebGPU keeps of its layers need more than the prompts did", () => {
  const decoding = { rows: 32, promptLength: 2, maxNewTokens: 8 };
  const { pass, token, total, weights, head, packed, cache } = estimateAnswering({
    ...shape,
    decoding,
    adapter: null,
  });
  expect(token).toBe(4 * 32 * (12 * (4 * 768 + 3072) + 768 + 50_257));
  expect(token).toBeGreaterThan(pass);
  expect(total).toBe(weights + head + packed + cache + token);
  const { sizes } = decodingBuffers({ ...shape, decoding, adapter: null }, true);
  expect(Math.max(...sizes)).toBe(4 * 32 * 50_257);
});
