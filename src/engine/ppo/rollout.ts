/** What a batch of sampled responses looks like to policy, reference and value head before any update. */
import * as tf from "@tensorflow/tfjs-core";
import type { KlPenalty } from "../../core/ppo/config";
import type { Rollout } from "../../core/ppo/layout";
import { tokenKl } from "../../core/ppo/token-rewards";
import { IGNORED, type LabelledBatch, padBatch } from "../../core/sft/labels";
import type { Gpt2 } from "../gpt2/model";
import { tokenDivergence } from "../kernels/token-scores/divergence";
import { tokenScores } from "../kernels/token-scores/token-scores";
import { targetStates } from "../training/backward";
import { readTogether } from "../training/read-together";
import { tiedHead } from "../training/log-probs";
import type { ReferenceModel } from "./reference";
import type { ValueHead } from "./value-head";

/** One number a response token, row after row (packed). Log-probabilities and KL in nats. */
export interface RolloutScores {
  readonly logProbs: Float32Array;
  readonly referenceLogProbs: Float32Array;
  readonly values: Float32Array;
  readonly kl: Float32Array;
}

/** The responses' tokens as targets: what fine-tuning learns from is what PPO weighs. */
export function responseBatch(rollouts: readonly Rollout[], padding: number): LabelledBatch {
  const sequences = rollouts.map(({ query, response }) => ({
    ids: [...query, ...response],
    labels: [...query.map(() => IGNORED), ...response],
  }));
  return padBatch(sequences, padding);
}

/** Two forward passes without gradients. Dropout is off, as in TRL's step, so that the first ratios are 1. */
export async function scoreRollouts(
  model: Gpt2,
  head: ValueHead,
  reference: ReferenceModel,
  rollouts: readonly Rollout[],
  penalty: KlPenalty,
): Promise<RolloutScores> {
  const batch = responseBatch(rollouts, model.config.endOfText);
  const tensors = tf.tidy((): tf.Tensor1D[] => {
    const targets = tf.tensor1d(batch.targets, "int32");
    const states = targetStates(model, batch);
    const referenceStates = reference.run((options) => targetStates(model, batch, options));
    const tied = tiedHead(model);
    const [ownScores, referenceScores] = [states, referenceStates].map((each) =>
      tokenScores({ states: each, targets, ...tied }, { gradient: false }),
    );
    const [logProbs, pNormaliser] = ownScores as tf.Tensor1D[];
    const [referenceLogProbs, qNormaliser] = referenceScores as tf.Tensor1D[];
    const read = [logProbs!, referenceLogProbs!, head.values(states)];
    if (penalty !== "full") return read;
    const normalisers = { pNormaliser: pNormaliser!, qNormaliser: qNormaliser! };
    return [
      ...read,
      ...tokenDivergence({ p: states, q: referenceStates, ...normalisers, ...tied }, {}),
    ];
  });
  try {
    const [logProbs, referenceLogProbs, values, full] = await readTogether(tensors);
    return {
      logProbs: logProbs!,
      referenceLogProbs: referenceLogProbs!,
      values: values!,
      kl: penalty === "full" ? full! : tokenKl(logProbs!, referenceLogProbs!, penalty),
    };
  } finally {
    tf.dispose(tensors);
  }
}
