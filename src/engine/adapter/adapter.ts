/** Low-rank adapter of one frozen linear map: y = x·W + b + s·x·Aᵀ·Bᵀ  (Hu et al. 2021, §4.1). */
import * as tf from "@tensorflow/tfjs-core";
import { mulberry32 } from "../../core/random";

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

/**
 * The mask of inverted dropout: each entry is 0 with the probability given and 1/(1 − p) otherwise, so that the mean stays.
 * The same seed drops the same entries, on every backend.
 */
export function dropoutMask(
  shape: readonly [rows: number, width: number],
  probability: number,
  seed: number,
): tf.Tensor2D {
  const random = mulberry32(seed);
  const kept = 1 / (1 - probability);
  const [rows, width] = shape;
  const draw = () => (random() < probability ? 0 : kept);
  return tf.tensor2d(Float32Array.from({ length: rows * width }, draw), [rows, width]);
}
