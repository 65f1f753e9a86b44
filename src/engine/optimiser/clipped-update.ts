import type * as tf from "@tensorflow/tfjs-core";
import type { AdamW } from "./adamw";
import { type ClipOptions, measureGradients } from "./clip";
import type { Gradients } from "./gradients";

/**
 * One update by gradients that are clipped together.
 *
 * @param learningRate  null: they are only measured.
 * @returns             [norm, factor] before the update, on the device; the caller disposes it.
 */
export function clippedUpdate(
  optimiser: AdamW,
  gradients: Gradients,
  learningRate: number | null,
  options: ClipOptions,
): tf.Tensor1D {
  const joined = optimiser.join(gradients);
  try {
    const clip = measureGradients(joined, options);
    if (learningRate !== null) optimiser.apply(joined, learningRate, clip);
    return clip;
  } finally {
    joined.all.dispose();
  }
}
