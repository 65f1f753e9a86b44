import * as tf from "@tensorflow/tfjs-core";
import type { PpoConfig } from "../../core/ppo/config";

/** What was sampled, and what is aimed at: [n] each, over the response tokens of a mini-batch. */
export interface PpoTargets {
  readonly oldLogProbs: tf.Tensor1D;
  readonly values: tf.Tensor1D;
  readonly advantages: tf.Tensor1D;
  readonly returns: tf.Tensor1D;
}

/**
 * PPO's clipped losses, means over tokens:
 *
 *   policy  E[max(−Â·ρ, −Â·clip(ρ, 1 ± ε))],   ρ = exp(log π − log π_old)
 *   value   ½·E[max((V − R)², (clip(V, V_old ± ε_v) − R)²)]
 *   total   policy + c·value
 *
 * @param logProbs, predictions  [n] of the policy in training.
 * @see Schulman et al. 2017, arXiv:1707.06347, eq. 7; TRL 0.11.4, PPOTrainer.loss.
 */
export function ppoLoss(
  logProbs: tf.Tensor1D,
  predictions: tf.Tensor1D,
  { oldLogProbs, values, advantages, returns }: PpoTargets,
  {
    clipRange,
    clipRangeValue,
    valueCoefficient,
  }: Pick<PpoConfig, "clipRange" | "clipRangeValue" | "valueCoefficient">,
): { policy: tf.Scalar; value: tf.Scalar; total: tf.Scalar } {
  return tf.tidy(() => {
    const ratio = tf.exp(tf.sub(logProbs, oldLogProbs));
    const clippedRatio = tf.clipByValue(ratio, 1 - clipRange, 1 + clipRange);
    const gain = tf.neg(advantages);
    const policy = tf.mean<tf.Scalar>(tf.maximum(tf.mul(gain, ratio), tf.mul(gain, clippedRatio)));

    const near = tf.maximum(
      tf.minimum(predictions, tf.add(values, clipRangeValue)),
      tf.sub(values, clipRangeValue),
    );
    const [error, nearError] = [predictions, near].map((v) => tf.square(tf.sub(v, returns)));
    const value = tf.mul<tf.Scalar>(tf.mean(tf.maximum(error!, nearError!)), 0.5);

    return { policy, value, total: tf.add(policy, tf.mul(value, valueCoefficient)) };
  });
}
