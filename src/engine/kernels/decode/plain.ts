/** What the decoding projections mean: their twins are made of these. */
import * as tf from "@tensorflow/tfjs-core";
import { affine as plainAffine, times, timesTransposed } from "../product";
import { hostView } from "./host-view";

export interface Affine {
  readonly weight: tf.Tensor2D; // [width, columns]
  readonly bias: tf.Tensor1D; // [columns]
  /** The adapter's Aᵀ [width, rank] above s·B [columns, rank], the rank padded to a multiple of 4. */
  readonly lora: tf.Tensor2D | undefined;
}

/**
 * The layer norm of x by norm, [2, width]: gain, bias. In loops: of a few rows they are through before tfjs has begun ten
 * operations.
 */
export function normalised(x: tf.Tensor2D, norm: tf.Tensor2D, epsilon: number): tf.Tensor2D {
  const [rows, width] = x.shape;
  const [from, by] = [hostView(x), hostView(norm)];
  const y = new Float32Array(rows * width);
  for (let first = 0; first < y.length; first += width) {
    const end = first + width;
    let sum = 0;
    for (let i = first; i < end; i++) sum += from[i]!;
    const mean = sum / width;
    let squares = 0;
    for (let i = first; i < end; i++) squares += (from[i]! - mean) ** 2;
    const scale = 1 / Math.sqrt(squares / width + epsilon);
    for (let i = 0; i < width; i++) {
      y[first + i] = (from[first + i]! - mean) * scale * by[i]! + by[width + i]!;
    }
  }
  return tf.tensor2d(y, x.shape);
}

/** x·W + b + (x·Aᵀ)·(s·B)ᵀ. x [rows, width] → [rows, columns]. */
export function affine(x: tf.Tensor2D, { weight, bias, lora }: Affine): tf.Tensor2D {
  const y = inFours(x, (rows) => plainAffine(rows, weight, bias));
  if (lora === undefined) return y;
  const [width, columns] = weight.shape;
  const [down, up] = tf.split(lora, [width, columns]) as [tf.Tensor2D, tf.Tensor2D];
  return tf.add(y, timesTransposed(times(x, down), up));
}

/**
 * A product of few rows with a large weight. wasm's XNNPACK computes four rows at a time: one that is left over, as of five wordings, takes an eighth
 * less apart than as the first of four more.
 */
export function inFours(x: tf.Tensor2D, product: (rows: tf.Tensor2D) => tf.Tensor2D): tf.Tensor2D {
  const rows = x.shape[0];
  if (tf.getBackend() !== "wasm" || rows < 5 || rows % 4 !== 1) return product(x);
  const [fours, last] = tf.split(x, [rows - 1, 1]) as [tf.Tensor2D, tf.Tensor2D];
  return tf.concat([product(fours), product(last)]);
}
