/** What a batch of sampled responses looks like to policy, reference and value head before any update. */
import type { KlPenalty } from "../../core/ppo/config";
import type { Rollout } from "../../core/ppo/layout";
import { tokenKl } from "../../core/ppo/token-rewards";
import type { Gpt2 } from "../gpt2/model";
import { tokenDivergence } from "../kernels/token-scores/divergence";
import { tiedHead } from "../training/log-probs";
import type { ReferenceModel } from "../training/reference";
import { type ScoredStates, scoreResponses } from "../training/responses";
import type { ValueHead } from "./value-head";

/** One number a response token, row after row (packed). Log-probabilities and KL in nats. */
export interface RolloutScores {
  readonly logProbs: Float32Array;
  readonly referenceLogProbs: Float32Array;
  readonly values: Float32Array;
  readonly kl: Float32Array;
}

export interface RolloutScoring {
  readonly penalty: KlPenalty;
  /** Rollouts that go through the models together; all where absent. */
  readonly atOnce?: number | undefined;
}

/** `scoreResponses` with the values and the distance at each token. */
export async function scoreRollouts(
  model: Gpt2,
  head: ValueHead,
  reference: ReferenceModel,
  rollouts: readonly Rollout[],
  { penalty, atOnce }: RolloutScoring,
): Promise<RolloutScores> {
  const divergence = (p: ScoredStates, q: ScoredStates) => {
    const normalisers = { pNormaliser: p.normaliser, qNormaliser: q.normaliser };
    return tokenDivergence({ p: p.states, q: q.states, ...normalisers, ...tiedHead(model) }, {});
  };
  const { logProbs, referenceLogProbs, more } = await scoreResponses(model, reference, rollouts, {
    atOnce,
    also: (own, other) => [
      head.values(own.states),
      ...(penalty === "full" ? divergence(own, other!) : []),
    ],
  });
  const [values, full] = more;
  return {
    logProbs,
    referenceLogProbs: referenceLogProbs!,
    values: values!,
    kl: penalty === "full" ? full! : tokenKl(logProbs, referenceLogProbs!, penalty),
  };
}
