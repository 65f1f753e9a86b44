import * as tf from "@tensorflow/tfjs-core";
import type { PpoConfig } from "../../core/ppo/config";
import type { Rollout } from "../../core/ppo/layout";
import type { MiniBatch } from "../../core/ppo/statistics";
import type { Gpt2 } from "../gpt2/model";
import type { Gradients, Parameter } from "../optimiser/gradients";
import { lossAndGradients } from "../training/backward";
import { scoreTokens } from "../training/log-probs";
import { readTogether } from "../training/read-together";
import { responseBatch } from "../training/responses";
import { ppoLoss } from "./loss";

import type { ValueHead } from "./value-head";

/** What does not change while a batch is learned from; packed. */
export type Sampled = Pick<MiniBatch, "oldLogProbs" | "values" | "advantages" | "returns">;

export interface MiniBatchPass {
  readonly batch: MiniBatch;
  /** Means over the tokens; the value loss is not weighted. */
  readonly loss: { readonly policy: number; readonly value: number };
  /** Of the total loss. The caller disposes them. */
  readonly gradients: Gradients;
}

/** One forward and backward pass, with dropout off as in TRL. `sampled` holds the rollouts' own entries alone. */
export async function miniBatchPass(
  model: Gpt2,
  head: ValueHead,
  parameters: readonly Parameter[],
  rollouts: readonly Rollout[],
  sampled: Sampled,
  config: PpoConfig,
): Promise<MiniBatchPass> {
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
    const [logProbs, predictions, entropy, policy, value] = await readTogether(observed);
    return {
      batch: {
        ...sampled,
        logProbs: logProbs!,
        predictions: predictions!,
        entropy: entropy!,
      },
      loss: { policy: policy![0]!, value: value![0]! },
      gradients,
    };
  } finally {
    tf.dispose(observed);
  }
}

function targetsOf({ oldLogProbs, values, advantages, returns }: Sampled) {
  return {
    oldLogProbs: tf.tensor1d(oldLogProbs),
    values: tf.tensor1d(values),
    advantages: tf.tensor1d(advantages),
    returns: tf.tensor1d(returns),
  };
}
