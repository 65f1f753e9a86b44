import * as tf from "@tensorflow/tfjs-core";
import type { LabelledBatch } from "../../core/sft/labels";
import type { Gpt2 } from "../gpt2/model";
import { scoreTokens } from "../training/log-probs";

/**
 * Cross-entropy summed over the batch's targets, in nats: −Σ log p(target | what stands before it). Divide by the number
 * of targets of the whole optimiser step for the mean that transformers trains on.
 *
 * @param states  [targets, width] from `targetStates` or `lossAndGradients`.
 */
export function summedCrossEntropy(
  model: Gpt2,
  states: tf.Tensor2D,
  { targets }: LabelledBatch,
): tf.Scalar {
  return tf.tidy(() => {
    const { logProbs } = scoreTokens(model, states, tf.tensor1d(targets, "int32"));
    return tf.neg(tf.sum(logProbs));
  });
}
