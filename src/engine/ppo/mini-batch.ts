import * as tf from "@tensorflow/tfjs-core";
import type { PpoConfig } from "../../core/ppo/config";
import type { Rollout } from "../../core/ppo/layout";
import type { MiniBatch } from "../../core/ppo/statistics";
import type { Gpt2 } from "../gpt2/model";
import type { Gradients, Parameter } from "../optimiser/gradients";
import { lossAndGradients } from "../training/backward";
import { scoreTokens } from "../training/log-probs";
import { responseBatch } from "../training/responses";
import { ppoLoss } from "./loss";
import type { ValueHead } from "./value-head";

/** What does not change while a batch is learned from; packed. */
export type Sampled = Pick<MiniBatch, "oldLogProbs" | "values" | "advantages" | "returns">;

export interface MiniBatchPass {
  /** What `asMiniBatch` reads. The caller disposes them, and the gradients. */
  readonly observed: readonly tf.Tensor[];
  /** Of the total loss. */
  readonly gradients: Gradients;
}

export interface SeenMiniBatch {
  readonly batch: MiniBatch;
  /** Means over the tokens; the value loss is not weighted. */
  readonly loss: { readonly policy: number; readonly value: number };
}

/** One forward and backward pass, with dropout off as in TRL. `sampled` holds the rollouts' own entries alone. */
export function miniBatchPass(
  model: Gpt2,
  head: ValueHead,
  parameters: readonly Parameter[],
  rollouts: readonly Rollout[],
  sampled: Sampled,
  config: PpoConfig,
): MiniBatchPass {
  const tokens = responseBatch(rollouts, model.config.endOfText);
  const observed: tf.Tensor[] = [];
  try {
    const { loss, gradients } = lossAndGradients(model, tokens, parameters, (states) => {
      const targets = tf.tensor1d(tokens.targets, "int32");
      const { logProbs, entropy } = scoreTokens(model, states, targets);
      const predictions = head.values(states);
      const losses = ppoLoss(logProbs, predictions, targetsOf(sampled), config);
      const seen = [logProbs, predictions, entropy, losses.policy, losses.value];
      observed.push(...seen.map((tensor) => tf.keep(tensor)));
      return losses.total;
    });
    loss.dispose();
    return { observed, gradients };
  } catch (error) {
    tf.dispose(observed);
    throw error;
  }
}

/** What a pass observed, once it was read. */
export function asMiniBatch(observed: readonly Float32Array[], sampled: Sampled): SeenMiniBatch {
  const [logProbs, predictions, entropy, policy, value] = observed as [
    ...[Float32Array, Float32Array, Float32Array],
    ...[Float32Array, Float32Array],
  ];
  return {
    batch: { ...sampled, logProbs, predictions, entropy },
    loss: { policy: policy[0]!, value: value[0]! },
  };
}

function targetsOf({ oldLogProbs, values, advantages, returns }: Sampled) {
  return {
    oldLogProbs: tf.tensor1d(oldLogProbs),
    values: tf.tensor1d(values),
    advantages: tf.tensor1d(advantages),
    returns: tf.tensor1d(returns),
  };
}
