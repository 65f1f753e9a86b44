/** How much memory a study needs on the device, before it starts. A pure function of the model's shape and the settings. */
import type { AdapterConfig } from "../adapter/config";
import type { Gpt2Config } from "../gpt2/config";
import { blockMaps, isTarget } from "../gpt2/maps";

export interface TrainingShape {
  /** Sequences in one forward pass. */
  readonly microBatch: number;
  /** Tokens a sequence. */
  readonly length: number;
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
  /** Fused where WebGPU computes. The plain forms of wasm and cpu hold more at once, and the embedding a second time for the head. */
  readonly kernels: "fused" | "plain";
}

/** Bytes, float32 throughout. */
export interface MemoryEstimate {
  readonly weights: number;
  /** The embedding's transposed copy, where the backend keeps one. */
  readonly head: number;
  readonly adapter: number;
  /** AdamW's two moments of the adapter, and its gradients. */
  readonly optimiser: number;
  /** Each block's input, and what one block, or the head if that is more, computes while its gradients are taken. */
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

/**
 * Numbers a token that are alive at the peak of a block's backward pass, in widths and inner widths, and copies of the logits of the tokens whose
 * loss is computed at once. Measured, as tensors' bytes, on models of several shapes; memory.test.ts holds the sum to 10 %.
 */
const ALIVE = {
  fused: { widths: 14, inners: 4, logits: 0, tokensAtOnce: 0 },
  plain: { widths: 9, inners: 11, logits: 4, tokensAtOnce: 64 },
} as const;

/** Numbers in a GPT-2: Θ = V·d + P·d + L(4d² + 2d·i + 9d + i) + 2d, with d the width, i the inner width, L the layers. */
export function parameterCount(model: Gpt2Config): number {
  const { layers, width, inner, vocabulary, positions } = model;
  const block = 4 * width ** 2 + 2 * width * inner + 9 * width + inner;
  return (vocabulary + positions) * width + layers * block + 2 * width;
}

/**
 * Weights Θ; an adapter of rank r on a map [a, b] has r(a + b) numbers; activations n(L + 1)d for the blocks' inputs and n(14d + 4i) within a
 * block, n = microBatch·length, or with plain kernels the larger of n(9d + 11i) and 4·min(n, 64)·V; a cache of 2·L·d numbers a token.
 */
export function estimateMemory(shape: MemoryShape): MemoryEstimate {
  const { model, training, decoding, kernels } = shape;
  const { layers, width, inner, vocabulary } = model;
  const weights = FLOAT * parameterCount(model);
  const head = headBytes(model, kernels);
  const adapter = FLOAT * layers * shape.adapter.rank * adaptedSides(shape);
  const optimiser = 3 * adapter;
  const tokens = training.microBatch * training.length;
  const activations = FLOAT * tokens * (layers + 1) * width + blockBytes(model, tokens, kernels);
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

/** What one block, or the head if that is more, computes while its gradients are taken. */
function blockBytes({ width, inner, vocabulary }: Gpt2Config, tokens: number, kernels: Kernels) {
  const alive = ALIVE[kernels];
  const block = tokens * (alive.widths * width + alive.inners * inner);
  const logits = alive.logits * Math.min(tokens, alive.tokensAtOnce) * vocabulary;
  return FLOAT * Math.max(block, logits);
}

/** Keys and values of one layer. */
function layerCacheBytes(
  { width }: Gpt2Config,
  { rows, promptLength, maxNewTokens }: DecodingShape,
): number {
  return FLOAT * rows * (promptLength + maxNewTokens) * 2 * width;
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

/**
 * What decoding takes beside the weights, cut likewise: the cache, and a block's pass over the prompts, which takes no more than its gradients would.
 *
 * @param hasHead  whether the embedding's transposed copy is there too.
 */
export function decodingBuffers(
  { model, kernels, decoding }: Pick<MemoryShape, "model" | "kernels" | "decoding">,
  hasHead: boolean,
): Buffers {
  const tokens = decoding.rows * decoding.promptLength;
  const ofLayer = layerCacheBytes(model, decoding);
  const states = FLOAT * 2 * tokens * model.width; // into the block and out of it
  const needed = model.layers * ofLayer + states + blockBytes(model, tokens, kernels);
  const largest = Math.max(FLOAT * tokens * model.inner, ofLayer);
  return cut(needed, largest, hasHead ? 0 : headBytes(model, kernels));
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

export function shortageOf(shape: MemoryShape, limits: MemoryLimits): Shortage | null {
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
