/**
 * Products in plain ops. On wasm only a product of two matrices without transpose flags is fast (engine.md §1.2): with
 * `transposeB` it is 12 times slower, with `transposeA` 50 times, so there transposes are explicit.
 */
import * as tf from "@tensorflow/tfjs-core";

/** Whether this backend multiplies by a transposed matrix as fast as by a plain one. */
export function hasFastTransposeFlags(): boolean {
  return tf.getBackend() !== "wasm";
}

/** a·bᵀ. a [n, k], b [m, k] → [n, m]. */
export function timesTransposed(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  if (hasFastTransposeFlags()) return tf.matMul(a, b, false, true);
  const [n, k] = a.shape;
  const m = b.shape[0];
  // wasm copies the second factor before it multiplies. A few rows are sooner turned there and back than a large weight.
  if (2 * n * k + n * m < 2 * m * k) {
    return tf.tidy(() => tf.transpose(tf.matMul<tf.Tensor2D>(b, tf.transpose(a))));
  }
  return tf.tidy(() => tf.matMul(a, tf.transpose(b)));
}

/** aᵀ·b. a [n, k], b [n, m] → [k, m]. */
export function transposedTimes(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  if (hasFastTransposeFlags()) return tf.matMul(a, b, true, false);
  return tf.tidy(() => tf.matMul(tf.transpose(a), b));
}

/** a·b + bias. a [n, k], b [k, m], bias [m] → [n, m]. */
export function affine(a: tf.Tensor2D, b: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
  const flags = { transposeA: false, transposeB: false };
  return tf.fused.matMul({ a, b, bias, ...flags }) as tf.Tensor2D;
}
