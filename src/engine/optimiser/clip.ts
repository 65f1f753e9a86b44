import * as tf from "@tensorflow/tfjs-core";
import { gradientNorm } from "../kernels/optimiser/gradient-norm";
import type { JoinedGradients } from "./gradients";

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
  { all, sizes }: JoinedGradients,
  { divisor = 1, maxNorm = null }: ClipOptions = {},
): tf.Tensor1D {
  if (sizes.length === 0) return tf.tensor1d([0, 1 / divisor]);
  return gradientNorm({ gradients: all }, { sizes, divisor, maxNorm })[0];
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
