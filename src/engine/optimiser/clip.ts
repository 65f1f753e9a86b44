import * as tf from "@tensorflow/tfjs-core";
import type { Gradients } from "./gradients";

/**
 * Euclidean norm of all gradients together.
 * @throws RangeError if it is not finite: a loss that overflowed must not reach the weights.
 */
export async function globalNorm(gradients: Gradients): Promise<number> {
  if (gradients.size === 0) return 0;
  const squares = tf.tidy(() => tf.stack([...gradients.values()].map((g) => tf.sum(tf.square(g)))));
  const values = await squares.data<"float32">();
  squares.dispose();
  const norm = Math.sqrt(values.reduce((a, b) => a + b, 0));
  if (!Number.isFinite(norm)) {
    throw new RangeError(
      `the gradient's norm is ${norm}; lower the learning rate, or start from an earlier checkpoint`,
    );
  }
  return norm;
}

/**
 * The factor that brings gradients of this norm down to the largest allowed one: min(1, max/(norm + 1e-6)).
 * 1 where no limit is set.
 * @see torch.nn.utils.clip_grad_norm_.
 */
export function clipFactor(norm: number, maxNorm: number | null): number {
  return maxNorm === null ? 1 : Math.min(1, maxNorm / (norm + 1e-6));
}
