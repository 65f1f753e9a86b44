import * as tf from "@tensorflow/tfjs-core";
import type { DpoLoss } from "../../core/dpo/loss";
import type { Rollout } from "../../core/ppo/layout";
import type { Gpt2 } from "../gpt2/model";
import { scoreTokens } from "../training/log-probs";
import { poolOf, pooled } from "../training/pool";
import { responseBatch } from "../training/responses";
import type { Part } from "../training/update";
import { dpoLoss } from "./loss";

/** Over an answer's tokens: ipo takes the mean, as TRL does. */
export function poolingOf({ type }: Pick<DpoLoss, "type">): "sum" | "mean" {
  return type === "ipo" ? "mean" : "sum";
}

/**
 * Some pairs of a step, with their share of the mean loss over all `pairs`. `observed`: [2P] the answers' pooled
 * log-probabilities, and the tokens' entropies.
 *
 * @param rollouts   [2P] the chosen of each pair, then the rejected of each.
 * @param reference  [2P] pooled log-probabilities under the reference.
 */
export function dpoPart(
  model: Gpt2,
  rollouts: readonly Rollout[],
  reference: Float32Array,
  loss: DpoLoss,
  pairs: number,
): Part {
  const batch = responseBatch(rollouts, model.config.endOfText);
  const lengths = rollouts.map(({ response }) => response.length);
  return {
    batch,
    loss: (states) => {
      const targets = tf.tensor1d(batch.targets, "int32");
      const { logProbs, entropy } = scoreTokens(model, states, targets);
      const ofAnswers = pooled(poolOf(lengths, poolingOf(loss)), logProbs);
      const summed = dpoLoss(ofAnswers, tf.tensor1d(reference), loss);
      return { loss: tf.div(summed, pairs), observed: [ofAnswers, entropy] };
    },
  };
}
