/** Linear maps with gradients of their own. A frozen weight costs no gradient: only variables marked trainable get one. */
import * as tf from "@tensorflow/tfjs-core";
import { custom } from "./custom";
import {
  type AdapterTerm,
  backward,
  enter,
  forward,
  isTrainable,
  type LinearMap,
  pack,
  parametersOf,
  unpack,
} from "./linear-pass";
import { timesTransposed, transposedTimes } from "./plain-products";

export interface LinearOptions {
  readonly adapter?: AdapterTerm | null;
  /** Added to the result. [n, out] */
  readonly residual?: tf.Tensor2D;
}

/** y = x·W + b [+ s·x·Aᵀ·Bᵀ] [+ residual]. x [n, in], W [in, out] (GPT-2's Conv1D layout), b [out] → [n, out]. */
export function linear(
  x: tf.Tensor2D,
  weight: tf.Tensor2D,
  bias: tf.Tensor1D,
  { adapter = null, residual }: LinearOptions = {},
): tf.Tensor2D {
  const map: LinearMap = { weight, bias, adapter };
  return custom<tf.Tensor2D>([x, ...(residual ? [residual] : []), ...parametersOf(map)], () => {
    const pass = enter(x, map);
    const [value] = forward(x, map, pass, { residual });
    return {
      value,
      saved: pack(pass),
      gradients: (dy, saved) => {
        const { dx, parameters } = backward(dy, map, unpack(map, [...saved]));
        return [dx, ...(residual ? [tf.clone(dy)] : []), ...parameters];
      },
    };
  });
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
  const trainable = isTrainable(weight);
  return custom<tf.Tensor2D>(trainable ? [x, weight] : [x], () => ({
    value: kept === null ? timesTransposed(x, weight) : tf.matMul<tf.Tensor2D>(x, kept),
    saved: trainable ? [x] : [],
    gradients: (dy, [saved]) => [
      tf.matMul(dy, weight),
      ...(trainable ? [transposedTimes(dy, saved as tf.Tensor2D)] : []),
    ],
  }));
}
