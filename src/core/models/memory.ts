/** How much memory a study needs on the device, before it starts. A pure function of the model's shape and the settings. */
import type { AdapterConfig } from "../adapter/config";
import type { Gpt2Config } from "../gpt2/config";
import { blockMaps, isTarget } from "../gpt2/maps";

export interface TrainingShape {
  /** Sequences in one forward pass. */
  readonly microBatch: number;
  /** Tokens a sequence. */
  readonly length: number;
  /** Blocks that keep their inner values for the backward pass; the others compute them again. Default: all. */
  readonly keptBlocks?: number;
}

export interface DecodingShape {
  readonly rows: number;
  readonly promptLength: number;
  readonly maxNewTokens: number;
}

/** What a study does with a model, as far as memory goes. */
export interface MemoryShape {
  readonly model: Gpt2Config;
  readonly adapter: Pick<AdapterConfig, "rank" | "targetModules">;
  readonly training: TrainingShape;
  readonly decoding: DecodingShape;
  /**
   * Fused where WebGPU computes, SIMD on wasm with one thread. The plain forms of cpu and of wasm's threads hold more at once, and the embedding a
   * second time for the head.
   */
  readonly kernels: "fused" | "simd" | "plain";
}

/** Bytes, float32 throughout. */
export interface MemoryEstimate {
  readonly weights: number;
  /** The embedding's transposed copy, where the backend keeps one. */
  readonly head: number;
  readonly adapter: number;
  /** AdamW's two moments of the adapter, and its gradients. */
  readonly optimiser: number;
  /** Each block's input, what blocks keep, and what one block, or the head if that is more, computes while its gradients are taken. */
  readonly activations: number;
  /** Keys and values while decoding. */
  readonly cache: number;
  /** The most that is needed at once: decoding and training take turns. */
  readonly total: number;
  /** The largest single buffer, the tied embedding as a rule: what a device's limits must allow. */
  readonly largestBuffer: number;
}

const FLOAT = 4;

/** Rows that are decoded at once, at most. */
export const DECODED_AT_ONCE = 32;

/** Numbers a token that a block keeps for its backward pass beside its input, in widths and inner widths. */
const KEPT = { widths: 7, inners: 1 };

/**
 * Numbers a token that are alive beside those at the peak of a block's backward pass, and copies of the logits of the tokens whose
 * loss is computed at once. Measured, as tensors' bytes, on models of several shapes; memory.test.ts holds the sum to 10 %.
 */
const ALIVE = {
  fused: { widths: 5, inners: 3, logits: 0, tokensAtOnce: 0 },
  simd: { widths: 3, inners: 5, logits: 4, tokensAtOnce: 64 },
  plain: { widths: 2, inners: 10, logits: 4, tokensAtOnce: 64 },
} as const;

/** The same at the peak of a block's pass over prompts, beside the states into it and out of it. Measured likewise. */
const PASS = {
  fused: { widths: 7, inners: 2 },
  simd: { widths: 7, inners: 2 },
  plain: { widths: 8, inners: 8 },
} as const;

/** Numbers in a GPT-2: Θ = V·d + P·d + L(4d² + 2d·i + 9d + i) + 2d, with d the width, i the inner width, L the layers. */
export function parameterCount(model: Gpt2Config): number {
  const { layers, width, inner, vocabulary, positions } = model;
  const block = 4 * width ** 2 + 2 * width * inner + 9 * width + inner;
  return (vocabulary + positions) * width + layers * block + 2 * width;
}

/**
 * Weights Θ; an adapter of rank r on a map [a, b] has r(a + b) numbers; activations n(L + 1)d for the blocks' inputs, n(7d + i)
 * for each of k blocks that keep what they compute, n = microBatch·length, and n(5d + 3i) within a block (SIMD: n(3d + 5i), plain: n(2d + 10i)), or
 * 4·min(n, 64)·V if that is more and kernels are not fused; a cache of 2·L·d numbers a token.
 */
export function estimateMemory(shape: MemoryShape): MemoryEstimate {
  const { model, training, decoding, kernels } = shape;
  const { layers, width, inner, vocabulary } = model;
  const weights = FLOAT * parameterCount(model);
  const head = headBytes(model, kernels);
  const adapter = FLOAT * layers * shape.adapter.rank * adaptedSides(shape);
  const optimiser = 3 * adapter;
  const tokens = training.microBatch * training.length;
  const { keptBlocks = layers } = training;
  const inputs = FLOAT * tokens * (layers + 1) * width;
  const activations = inputs + innerBytes(model, tokens, kernels, keptBlocks);
  const cache = layers * layerCacheBytes(model, decoding);
  return {
    weights,
    head,
    adapter,
    optimiser,
    activations,
    cache,
    total: weights + head + adapter + Math.max(optimiser + activations, cache),
    largestBuffer: Math.max(FLOAT * vocabulary * width, FLOAT * tokens * inner),
  };
}

type Kernels = MemoryShape["kernels"];

/** The embedding's transposed copy. */
function headBytes({ vocabulary, width }: Gpt2Config, kernels: Kernels): number {
  return kernels === "plain" ? FLOAT * vocabulary * width : 0;
}

/** What blocks keep, and what one block, or the head if that is more, computes while its gradients are taken. */
function innerBytes(model: Gpt2Config, tokens: number, kernels: Kernels, keptBlocks: number) {
  const bytes = ({ widths, inners }: { readonly widths: number; readonly inners: number }) =>
    FLOAT * tokens * (widths * model.width + inners * model.inner);
  const kept = bytes(KEPT);
  // A block that kept nothing has its own inner values anew when its turn comes.
  const inBlock = Math.max(1, keptBlocks) * kept + bytes(ALIVE[kernels]);
  return Math.max(inBlock, keptBlocks * kept + logitsBytes(model, tokens, kernels));
}

/** Copies of the logits of the tokens whose loss is computed at once. */
function logitsBytes({ vocabulary }: Gpt2Config, tokens: number, kernels: Kernels): number {
  const { logits, tokensAtOnce } = ALIVE[kernels];
  return FLOAT * logits * Math.min(tokens, tokensAtOnce) * vocabulary;
}

/** Keys and values of one layer: of the prompts, and of the new tokens that are read again, all but the last. */
function layerCacheBytes(
  { width }: Gpt2Config,
  { rows, promptLength, maxNewTokens }: DecodingShape,
): number {
  return FLOAT * rows * (promptLength + Math.max(1, maxNewTokens - 1)) * 2 * width;
}

/**
 * What the largest training step takes beside weights that are on the device already, cut into buffers as large as its largest tensor.
 *
 * @param hasHead  whether the embedding's transposed copy is there too.
 */
export function trainingBuffers(shape: Omit<MemoryShape, "decoding">, hasHead: boolean): Buffers {
  const { model, training } = shape;
  const nothing = { rows: 0, promptLength: 0, maxNewTokens: 0 };
  const parts = estimateMemory({ ...shape, decoding: nothing });
  const tokens = Math.max(1, training.microBatch * training.length); // with nothing to train on, the adapter is left
  const rest = parts.adapter + parts.optimiser + parts.activations;
  return cut(rest, FLOAT * tokens * model.inner, hasHead ? 0 : parts.head);
}

/** A model that answers. */
export interface AnsweringShape extends Pick<MemoryShape, "model" | "kernels" | "decoding"> {
  /** Null without one. */
  readonly adapter: MemoryShape["adapter"] | null;
}

/** Bytes that answering takes, float32 throughout. */
export interface AnsweringEstimate {
  readonly weights: number;
  /** The embedding's transposed copy, where the backend keeps one. */
  readonly head: number;
  /** Norms and the adapter a second time, as decoding takes them. */
  readonly packed: number;
  readonly cache: number;
  /** The prompts' pass through a block. */
  readonly pass: number;
  /** A token's work in every layer, which WebGPU keeps to do it again, and its logits. */
  readonly token: number;
  /** The most that is needed at once: tokens follow the prompts' pass. */
  readonly total: number;
}

/**
 * Of R rows with a prompt of their own each: packed 2(2L + 1)d and the adapter; a cache as in `estimateMemory`; for n tokens of prompts n(2d + 7d + 2i),
 * or with plain kernels n(2d + 8d + 8i); for a token R(L(4d + i) + d + V).
 */
export function estimateAnswering(shape: AnsweringShape): AnsweringEstimate {
  const { model, kernels, decoding, adapter } = shape;
  const { layers, width, inner, vocabulary } = model;
  const weights = FLOAT * parameterCount(model);
  const head = headBytes(model, kernels);
  const lora = adapter && layers * adapter.rank * adaptedSides({ model, adapter });
  const packed = FLOAT * (2 * (2 * layers + 1) * width + (lora ?? 0));
  const cache = layers * layerCacheBytes(model, decoding);
  const pass = passBytes(model, decoding.rows * decoding.promptLength, kernels);
  const token = FLOAT * decoding.rows * (layers * (4 * width + inner) + width + vocabulary);
  const total = weights + head + packed + cache + Math.max(pass, token);
  return { weights, head, packed, cache, pass, token, total };
}

/** Bytes that scoring given texts takes: weights, the embedding's transposed copy, the texts' pass and, with plain kernels, logits. */
export function estimateScoring({
  model,
  kernels,
  training: { microBatch, length },
}: Pick<MemoryShape, "model" | "kernels" | "training">): { weights: number; total: number } {
  const weights = FLOAT * parameterCount(model);
  const tokens = microBatch * length;
  const logits = logitsBytes(model, tokens, kernels);
  const pass = Math.max(passBytes(model, tokens, kernels), logits);
  return { weights, total: weights + headBytes(model, kernels) + pass };
}

/** States into a block and out of it, and what it computes in between. */
function passBytes({ width, inner }: Gpt2Config, tokens: number, kernels: Kernels): number {
  const { widths, inners } = PASS[kernels];
  return FLOAT * tokens * ((2 + widths) * width + inners * inner);
}

/**
 * What answering takes beside the weights, cut likewise.
 *
 * @param hasHead  whether the embedding's transposed copy is there too.
 */
export function decodingBuffers(shape: AnsweringShape, hasHead: boolean): Buffers {
  const { model, decoding } = shape;
  const { packed, cache, pass, token, head } = estimateAnswering(shape);
  const inner = FLOAT * decoding.rows * decoding.promptLength * model.inner;
  const logits = FLOAT * decoding.rows * model.vocabulary;
  const norm = FLOAT * 2 * model.width; // where there are no rows
  const largest = Math.max(inner, logits, layerCacheBytes(model, decoding), norm);
  return cut(packed + cache + Math.max(pass, token), largest, hasHead ? 0 : head);
}

/** Buffers to try a device with. */
export interface Buffers {
  readonly total: number;
  readonly sizes: readonly number[];
}

/** With a tenth more than the estimate, which is how far it can be off. */
function cut(estimate: number, largest: number, head: number): Buffers {
  const rest = Math.ceil(1.1 * estimate);
  const sizes = [...(head > 0 ? [head] : []), largest];
  for (let left = rest - largest; left > 0; left -= largest) sizes.push(Math.min(left, largest));
  return { total: head + Math.max(rest, largest), sizes };
}

/** The sum of fan-in and fan-out over a block's maps that the adapter attaches to. */
function adaptedSides({ model, adapter }: Pick<MemoryShape, "model" | "adapter">): number {
  return blockMaps(model)
    .filter(({ name }) => adapter.targetModules.some((target) => isTarget(name, target)))
    .reduce((sum, { fanIn, fanOut }) => sum + fanIn + fanOut, 0);
}

/** What a device allows, in bytes; null where it does not say. */
export interface MemoryLimits {
  /** Of one buffer: WebGPU's maxBufferSize or maxStorageBufferBindingSize, whichever is less. */
  readonly buffer: number | null;
  /** Of everything at once: the heap of WebAssembly. */
  readonly total: number | null;
}

/** Why a study does not fit, and what to lower; null if it fits as far as the limits say. */
export interface Shortage {
  readonly needed: number;
  readonly allowed: number;
  readonly of: "buffer" | "total";
  /** The largest sft.microBatch that fits; 0 where none does, and only a smaller model helps. */
  readonly microBatch: number;
}

/** What is missing even if no block keeps its inner values. */
export function shortageOf(asked: MemoryShape, limits: MemoryLimits): Shortage | null {
  const shape = { ...asked, training: { ...asked.training, keptBlocks: 0 } };
  const { largestBuffer, total } = estimateMemory(shape);
  const over = (needed: number, allowed: number | null) => allowed !== null && needed > allowed;
  if (over(largestBuffer, limits.buffer)) {
    const microBatch = fittingMicroBatch(shape, limits);
    return { needed: largestBuffer, allowed: limits.buffer!, of: "buffer", microBatch };
  }
  if (over(total, limits.total)) {
    const microBatch = fittingMicroBatch(shape, limits);
    return { needed: total, allowed: limits.total!, of: "total", microBatch };
  }
  return null;
}

/** The largest micro-batch, below the one asked for, that fits; 0 where not even one does. */
function fittingMicroBatch(shape: MemoryShape, limits: MemoryLimits): number {
  for (let microBatch = shape.training.microBatch - 1; microBatch > 0; microBatch--) {
    const less = estimateMemory({ ...shape, training: { ...shape.training, microBatch } });
    const fits = (needed: number, allowed: number | null) => allowed === null || needed <= allowed;
    if (fits(less.largestBuffer, limits.buffer) && fits(less.total, limits.total)) {
      return microBatch;
    }
  }
  return 0;
}
