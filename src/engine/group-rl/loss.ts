import * as tf from "@tensorflow/tfjs-core";
import { pooled } from "../training/pool";

/**
 * What a part of a batch is held against, packed: n response tokens, and units that have a probability ratio each, which are
 * the tokens or the answers.
 */
export interface GroupTargets {
  readonly oldLogProbs: tf.Tensor1D; // [n]
  readonly referenceLogProbs: tf.Tensor1D | null; // [n]; null where β is 0
  /** [units, n] from the tokens' log-ratios to the units'; null where units are tokens. */
  readonly pool: tf.Tensor2D | null;
  readonly advantages: tf.Tensor1D; // [units]
  readonly unitWeights: tf.Tensor1D; // [units]
  readonly tokenWeights: tf.Tensor1D; // [n]
}

export interface RatioClip {
  readonly epsilonLow: number;
  readonly epsilonHigh: number;
  /** Null: ratios that clipping leaves free have no bound. */
  readonly delta: number | null;
}

/**
 * The part's share of the loss of RLOO, GRPO and their relatives:
 *
 *   Σᵤ wᵤ·max(−min(ρᵤ, δ)·Aᵤ, −clip(ρᵤ, 1 − ε_low, 1 + ε_high)·Aᵤ) + β·Σₜ wₜ·k3ₜ,   ρ = exp(pool·(log π − log π_old))
 *
 * Pooling by the mean over an answer's tokens is GSPO, by the sum RLOO; the weights decide how losses are averaged.
 *
 * @param logProbs  [n] of the policy in training.
 * @see core/group-rl/loss.ts, whose `groupLoss` and `rlooLoss` these are, and docs/training.md.
 */
export function groupPolicyLoss(
  logProbs: tf.Tensor1D,
  targets: GroupTargets,
  { epsilonLow, epsilonHigh, delta }: RatioClip,
  beta: number,
): { loss: tf.Scalar; ratio: tf.Tensor1D } {
  return tf.tidy(() => {
    const { oldLogProbs, referenceLogProbs, pool, advantages, unitWeights, tokenWeights } = targets;
    const difference = tf.sub<tf.Tensor1D>(logProbs, oldLogProbs);
    const ratio = tf.exp(pool ? pooled(pool, difference) : difference);
    const free = delta === null ? ratio : tf.minimum(ratio, delta);
    const clipped = tf.clipByValue(ratio, 1 - epsilonLow, 1 + epsilonHigh);
    const gain = tf.neg(advantages);
    const losses = tf.maximum(tf.mul(gain, free), tf.mul(gain, clipped));
    const policy = tf.sum<tf.Scalar>(tf.mul(unitWeights, losses));
    if (referenceLogProbs === null) return { loss: policy, ratio };
    const d = tf.sub(referenceLogProbs, logProbs);
    const k3 = tf.sub(tf.expm1(d), d);
    const distance = tf.sum<tf.Scalar>(tf.mul(tokenWeights, k3));
    return { loss: tf.add(policy, tf.mul(distance, beta)), ratio };
  });
}
