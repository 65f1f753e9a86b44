import * as tf from "@tensorflow/tfjs-core";
import type { LossPlan } from "../../core/group-rl/plan";
import type { Rollout } from "../../core/ppo/layout";
import type { Gpt2 } from "../gpt2/model";
import { scoreTokens } from "../training/log-probs";
import { poolOf } from "../training/pool";
import { responseBatch } from "../training/responses";
import type { Part } from "../training/update";
import { groupPolicyLoss } from "./loss";

/** What some answers of a batch are held against. Log-probabilities packed, the rest one an answer. */
export interface PartTargets {
  readonly oldLogProbs: Float32Array;
  /** Null where the loss holds no distance. */
  readonly referenceLogProbs: Float32Array | null;
  readonly advantages: readonly number[];
  /** Weights that the batch gives each answer's tokens, and the answer. */
  readonly ofToken: readonly number[];
  readonly ofAnswer: readonly number[];
}

/** Some answers of a batch, with their share of its loss. `observed`: the ratios of their tokens or answers, and entropies. */
export function groupPart(
  model: Gpt2,
  rollouts: readonly Rollout[],
  { oldLogProbs, referenceLogProbs, advantages, ofToken, ofAnswer }: PartTargets,
  { pool, clip, beta }: Pick<LossPlan, "pool" | "clip" | "beta">,
): Part {
  const batch = responseBatch(rollouts, model.config.endOfText);
  const lengths = rollouts.map(({ response }) => response.length);
  const perToken = (values: readonly number[]) =>
    tf.tensor1d(lengths.flatMap((length, i) => new Array<number>(length).fill(values[i]!)));
  const perUnit =
    pool === "token" ? perToken : (values: readonly number[]) => tf.tensor1d([...values]);
  return {
    batch,
    loss: (states) => {
      const targets = tf.tensor1d(batch.targets, "int32");
      const { logProbs, entropy } = scoreTokens(model, states, targets);
      const held = {
        oldLogProbs: tf.tensor1d(oldLogProbs),
        referenceLogProbs: referenceLogProbs && tf.tensor1d(referenceLogProbs),
        pool: pool === "token" ? null : poolOf(lengths, pool),
        advantages: perUnit(advantages),
        unitWeights: perUnit(pool === "token" ? ofToken : ofAnswer),
        tokenWeights: perToken(ofToken),
      };
      const { loss, ratio } = groupPolicyLoss(logProbs, held, clip, beta);
      return { loss, observed: [ratio, entropy] };
    },
  };
}
