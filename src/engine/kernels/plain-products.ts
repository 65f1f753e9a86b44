/**
 * Products in tfjs's operations. On wasm only its product of two matrices without transpose flags is fast (engine.md §1.2): with
 * `transposeB` it is 12 times slower, with `transposeA` 50 times, so there transposes are explicit.
 */
import * as tf from "@tensorflow/tfjs-core";

/** a·b [+ bias]. a [n, k], b [k, m], bias [m] → [n, m]. */
export function plainTimes(
  a: tf.Tensor2D,
  b: tf.Tensor2D,
  bias: tf.Tensor1D | undefined,
): tf.Tensor2D {
  if (bias === undefined) return tf.matMul(a, b);
  return tf.fused.matMul({ a, b, bias, transposeA: false, transposeB: false }) as tf.Tensor2D;
}

/** a·bᵀ. a [n, k], b [m, k] → [n, m]. */
export function plainTimesTransposed(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  if (tf.getBackend() !== "wasm") return tf.matMul(a, b, false, true);
  const [n, k] = a.shape;
  const m = b.shape[0];
  // wasm copies the second factor before it multiplies. A few rows are sooner turned there and back than a large weight.
  if (2 * n * k + n * m < 2 * m * k)
    return tf.transpose(tf.matMul<tf.Tensor2D>(b, tf.transpose(a)));
  return tf.matMul(a, tf.transpose(b));
}

/** aᵀ·b. a [n, k], b [n, m] → [k, m]. */
export function plainTransposedTimes(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  if (tf.getBackend() !== "wasm") return tf.matMul(a, b, true, false);
  return tf.matMul(tf.transpose(a), b);
}
