import * as tf from "@tensorflow/tfjs-core";
import { named } from "../kernels/optimiser/slots";
import { clipping, NORM_SLOTS, squaredSums } from "../kernels/optimiser/gradient-norm";
import type { Gradients } from "./gradients";

export interface ClipOptions {
  /** Micro-batches that the gradients are the sum of: norm and limit are of their mean. Default 1. */
  readonly divisor?: number;
  /** Null, the default: no limit. */
  readonly maxNorm?: number | null;
}

/**
 * The Euclidean norm of all gradients together and the factor that brings each down to the largest norm allowed,
 * min(1, max/(norm + 1e-6))/divisor, on the device: [norm, factor]. The caller disposes it.
 * @see torch.nn.utils.clip_grad_norm_.
 */
export function measureGradients(
  gradients: Gradients,
  { divisor = 1, maxNorm = null }: ClipOptions = {},
): tf.Tensor1D {
  return tf.tidy(() => {
    const all = [...gradients.values()];
    const groups = Array.from({ length: Math.ceil(all.length / NORM_SLOTS) }, (_, i) =>
      all.slice(i * NORM_SLOTS, (i + 1) * NORM_SLOTS),
    );
    const sums = groups.map((group) => squaredSums(named("g", group), {})[0]);
    const together = sums.length === 0 ? tf.zeros<tf.Rank.R1>([1]) : tf.concat1d(sums);
    return clipping({ sums: together }, { divisor, maxNorm })[0];
  });
}

/**
 * The norm as it was read back.
 * @throws RangeError if it is not finite: a loss that overflowed did not reach the weights.
 */
export function checkedNorm(norm: number): number {
  if (!Number.isFinite(norm)) {
    throw new RangeError(
      `the gradient's norm is ${norm}; lower the learning rate, or start from an earlier checkpoint`,
    );
  }
  return norm;
}
