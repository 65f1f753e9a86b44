/** The tied head's map, with its gradient. A frozen weight costs none: only variables marked trainable get one. */
import * as tf from "@tensorflow/tfjs-core";
import { custom } from "./custom";
import { isTrainable } from "./linear-pass";
import { times, timesTransposed, transposedTimes } from "./product";

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
    value: kept === null ? timesTransposed(x, weight) : times(x, kept),
    saved: trainable ? [x] : [],
    gradients: (dy, [saved]) => [
      times(dy, weight),
      ...(trainable ? [transposedTimes(dy, saved as tf.Tensor2D)] : []),
    ],
  }));
}
