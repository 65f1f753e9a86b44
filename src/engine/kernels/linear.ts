/**
 * Linear maps with gradients of their own. tfjs's gradient of matMul passes transpose flags, which on wasm are 12 to 50
 * times slower than the plain product of two matrices; here every product is 2-D, and on wasm transposes are explicit.
 * A frozen weight costs no gradient: only variables marked trainable receive one.
 */
import * as tf from "@tensorflow/tfjs-core";
import { custom } from "./custom";

/** y = x·W + b. x [n, in], W [in, out] (GPT-2's Conv1D layout), b [out] → [n, out]. */
export function linear(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
  const gradX = (dy: tf.Tensor2D) => timesTransposed(dy, weight);
  if (!isTrainable(weight)) {
    return custom<tf.Tensor2D>([x], ([input]) => ({
      value: affine(input as tf.Tensor2D, weight, bias),
      gradients: (dy) => [gradX(dy)],
    }));
  }
  return custom<tf.Tensor2D>([x, weight, bias], ([input]) => ({
    value: affine(input as tf.Tensor2D, weight, bias),
    saved: [input!],
    gradients: (dy, [saved]) => [
      gradX(dy),
      transposedTimes(saved as tf.Tensor2D, dy),
      tf.sum(dy, 0),
    ],
  }));
}

/**
 * y = x·Wᵀ. x [n, in], W [out, in] (PyTorch's Linear layout) → [n, out].
 *
 * @param kept  Wᵀ, where the caller keeps it, so that it need not be transposed again.
 */
export function project(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  kept: tf.Tensor2D | null = null,
): tf.Tensor2D {
  const value = (input: tf.Tensor2D) =>
    kept === null ? timesTransposed(input, weight) : tf.matMul<tf.Tensor2D>(input, kept);
  if (!isTrainable(weight)) {
    return custom<tf.Tensor2D>([x], ([input]) => ({
      value: value(input as tf.Tensor2D),
      gradients: (dy) => [tf.matMul(dy, weight)],
    }));
  }
  return custom<tf.Tensor2D>([x, weight], ([input]) => ({
    value: value(input as tf.Tensor2D),
    saved: [input!],
    gradients: (dy, [saved]) => [tf.matMul(dy, weight), transposedTimes(dy, saved as tf.Tensor2D)],
  }));
}

/** Whether a gradient is wanted for a weight: tfjs's own mark on variables. */
export function isTrainable(weight: tf.Tensor): boolean {
  return weight instanceof tf.Variable && weight.trainable;
}

/** Whether this backend multiplies by a transposed matrix as fast as by a plain one. */
export function hasFastTransposeFlags(): boolean {
  return tf.getBackend() !== "wasm";
}

function affine(x: tf.Tensor2D, weight: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
  const plain = { transposeA: false, transposeB: false };
  return tf.fused.matMul({ a: x, b: weight, bias, ...plain }) as tf.Tensor2D;
}

/** a·bᵀ. a [n, k], b [m, k] → [n, m]. */
function timesTransposed(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  if (hasFastTransposeFlags()) return tf.matMul(a, b, false, true);
  return tf.tidy(() => tf.matMul(a, tf.transpose(b)));
}

/** aᵀ·b. a [n, k], b [n, m] → [k, m]. */
function transposedTimes(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  if (hasFastTransposeFlags()) return tf.matMul(a, b, true, false);
  return tf.tidy(() => tf.matMul(tf.transpose(a), b));
}
