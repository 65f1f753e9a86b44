/** Low-rank adapter of one frozen linear map: y = x·W + b + s·x·Aᵀ·Bᵀ  (Hu et al. 2021, §4.1). */
import * as tf from "@tensorflow/tfjs-core";
import { mulberry32 } from "../../core/random";
import { project } from "../kernels/linear";

/** A and B lie as in PEFT's files, so that names and shapes agree everywhere. */
export interface LowRankMap {
  readonly a: tf.Variable<tf.Rank.R2>; // [r, in]
  readonly b: tf.Variable<tf.Rank.R2>; // [out, r]
}

/**
 * A ~ U(±1/√in), as PEFT draws it, and B = 0: a fresh adapter changes nothing until its first update.
 * Each adapted map needs its own seed, or every layer starts from the same A. The draws are our own, so that every
 * backend starts from the same values.
 */
export function freshMap(
  rank: number,
  [fanIn, fanOut]: readonly [fanIn: number, fanOut: number],
  seed: number,
): LowRankMap {
  const random = mulberry32(seed);
  const bound = 1 / Math.sqrt(fanIn);
  const draws = Float32Array.from({ length: rank * fanIn }, () => (2 * random() - 1) * bound);
  return tf.tidy(() => ({
    a: tf.variable(tf.tensor2d(draws, [rank, fanIn])),
    b: tf.variable(tf.zeros<tf.Rank.R2>([fanOut, rank])),
  }));
}

/** The adapter's update to the frozen map's output, s·x·Aᵀ·Bᵀ. x [n, in] → [n, out]. */
export function lowRankDelta({ a, b }: LowRankMap, x: tf.Tensor2D, scaling: number): tf.Tensor2D {
  return tf.tidy(() => project(tf.mul(project(x, a), scaling), b)); // scaled where it is narrowest
}

/**
 * Inverted dropout: each entry is 0 with the probability given, the others grow by 1/(1 − p), so that the mean stays.
 * The same seed drops the same entries, on every backend.
 */
export function dropout(x: tf.Tensor2D, probability: number, seed: number): tf.Tensor2D {
  const random = mulberry32(seed);
  const kept = 1 / (1 - probability);
  const mask = Float32Array.from({ length: x.size }, () => (random() < probability ? 0 : kept));
  return tf.tidy(() => tf.mul(x, tf.tensor2d(mask, x.shape)));
}
