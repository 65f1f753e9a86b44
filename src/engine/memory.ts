/** How much memory a study needs on the device, before it starts. A pure function of the model's shape and the settings. */
import type { AdapterConfig } from "../core/adapter/config";
import type { Gpt2Config } from "./gpt2/config";

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

/** Bytes, float32 throughout. */
export interface MemoryEstimate {
  readonly weights: number;
  readonly adapter: number;
  /** AdamW's two moments of the adapter, and its gradients. */
  readonly optimiser: number;
  /** Each block's input, and what one block computes inside while its gradients are taken. */
  readonly activations: number;
  /** Keys and values while decoding. */
  readonly cache: number;
  /** The most that is needed at once: decoding and training take turns. */
  readonly total: number;
  /** The largest single buffer, the tied embedding as a rule: what a device's limits must allow. */
  readonly largestBuffer: number;
}

const FLOAT = 4;

/**
 * Weights Θ = V·d + P·d + L(4d² + 2d·i + 9d + i) + 2d; an adapter of rank r on a map [a, b] has r(a + b) numbers;
 * activations, counted from the ops and not yet held against a measurement, n(L + 1)d for the blocks' inputs and n(14d + 3i) within a block, n = microBatch·length; a cache of
 * 2·L·d numbers a token. Here d is the width, i the inner width, L the layers, V the vocabulary, P the positions.
 */
export function estimateMemory(
  model: Gpt2Config,
  adapter: Pick<AdapterConfig, "rank" | "targetModules">,
  training: TrainingShape,
  decoding: DecodingShape,
): MemoryEstimate {
  const { layers, width, inner, vocabulary, positions } = model;
  const block = 4 * width ** 2 + 2 * width * inner + 9 * width + inner;
  const weights = FLOAT * ((vocabulary + positions) * width + layers * block + 2 * width);
  const adapted = FLOAT * layers * adapter.rank * adaptedSides(model, adapter.targetModules);
  const optimiser = 3 * adapted;
  const tokens = training.microBatch * training.length;
  const activations = FLOAT * tokens * ((layers + 1) * width + 14 * width + 3 * inner);
  const { rows, promptLength, maxNewTokens } = decoding;
  const cache = FLOAT * rows * (promptLength + maxNewTokens) * layers * 2 * width;
  return {
    weights,
    adapter: adapted,
    optimiser,
    activations,
    cache,
    total: weights + adapted + Math.max(optimiser + activations, cache),
    largestBuffer: Math.max(FLOAT * vocabulary * width, FLOAT * tokens * inner),
  };
}

/** The sum of fan-in and fan-out over a block's maps that the adapter attaches to. */
function adaptedSides({ width, inner }: Gpt2Config, targets: readonly string[]): number {
  const maps = [
    { name: "attn.c_attn", sides: 4 * width },
    { name: "attn.c_proj", sides: 2 * width },
    { name: "mlp.c_fc", sides: width + inner },
    { name: "mlp.c_proj", sides: inner + width },
  ];
  return maps
    .filter(({ name }) => targets.some((target) => name === target || name.endsWith(`.${target}`)))
    .reduce((sum, { sides }) => sum + sides, 0);
}

/** What a device allows at most, in bytes: WebGPU's names. */
export interface DeviceLimits {
  readonly maxBufferSize: number;
  readonly maxStorageBufferBindingSize: number;
}

/** @throws RangeError naming what is needed, what the device allows, and the setting to lower. */
export function checkLimits(
  { largestBuffer, weights }: MemoryEstimate,
  limits: DeviceLimits,
): void {
  const most = Math.min(limits.maxBufferSize, limits.maxStorageBufferBindingSize);
  if (largestBuffer <= most) return;
  throw new RangeError(
    `the study needs a buffer of ${inMegabytes(largestBuffer)}, and the device allows ${inMegabytes(most)}; ` +
      `lower sft.microBatch, or use a smaller model (this one has ${inMegabytes(weights)} of weights) or the wasm backend`,
  );
}

/** The largest micro-batch, at most the one asked for, whose activations fit into `bytes`; 0 where not even one does. */
export function fittingMicroBatch(
  model: Gpt2Config,
  adapter: Pick<AdapterConfig, "rank" | "targetModules">,
  training: TrainingShape,
  decoding: DecodingShape,
  bytes: number,
): number {
  for (let microBatch = training.microBatch; microBatch > 0; microBatch--) {
    const shape = { ...training, microBatch };
    if (estimateMemory(model, adapter, shape, decoding).total <= bytes) return microBatch;
  }
  return 0;
}

function inMegabytes(bytes: number): string {
  return `${Math.ceil(bytes / 1e6)} MB`;
}
