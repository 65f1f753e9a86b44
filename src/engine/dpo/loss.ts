import * as tf from "@tensorflow/tfjs-core";
import type { DpoLoss } from "../../core/dpo/loss";

/**
 * The summed loss of P pairs, as `dpoLosses` of the core has it for each.
 *
 * @param logProbs   [2P] of the answers under the policy, in nats: the chosen of each pair, then the rejected of each. Sums over
 *                   tokens, or for ipo means.
 * @param reference  [2P] the same under the reference model.
 * @see core/dpo/loss.ts and docs/training.md.
 */
export function dpoLoss(logProbs: tf.Tensor1D, reference: tf.Tensor1D, loss: DpoLoss): tf.Scalar {
  return tf.tidy(() => {
    const [chosen, rejected] = tf.split(tf.sub(logProbs, reference), 2);
    const h = tf.sub(chosen!, rejected!);
    return tf.sum<tf.Scalar>(lossesOf(h, loss));
  });
}

function lossesOf(h: tf.Tensor, loss: DpoLoss): tf.Tensor {
  const { beta } = loss;
  switch (loss.type) {
    case "sigmoid": {
      const { labelSmoothing = 0 } = loss;
      const right = tf.mul(tf.softplus(tf.mul(h, -beta)), 1 - labelSmoothing);
      return labelSmoothing === 0
        ? right
        : tf.add(right, tf.mul(tf.softplus(tf.mul(h, beta)), labelSmoothing));
    }
    case "hinge":
      return tf.relu(tf.sub(1, tf.mul(h, beta)));
    case "ipo":
      return tf.square(tf.sub(h, 1 / (2 * beta)));
  }
}
