/** From a batch of answers to what the device weighs: the loss of `groupLoss` or `rlooLoss` as sums over tokens and answers. */
import {
  groupAdvantages,
  leaveOneOutAdvantages,
  normaliseOverBatch,
  penalisedRewards,
} from "./advantage";
import type { GrpoConfig, RlooConfig } from "./config";
import { tokenWeights } from "./loss";

export type GroupMethod =
  | { readonly method: "rloo"; readonly config: RlooConfig }
  | { readonly method: "grpo"; readonly config: GrpoConfig };

/** How the parts of the loss are weighed; see `groupPolicyLoss` of the engine. */
export interface LossPlan {
  /** What a log-ratio belongs to: a token, or an answer, of whose tokens' log-ratios the mean or the sum is taken. */
  readonly pool: "token" | "mean" | "sum";
  /** [B] weight of a token of each answer, and, where answers are pooled, of the answer. */
  readonly ofToken: readonly number[];
  readonly ofAnswer: readonly number[];
  readonly clip: {
    readonly epsilonLow: number;
    readonly epsilonHigh: number;
    readonly delta: number | null;
  };
  /** Of k3 in the loss; 0 where the distance is in the rewards, or not at all. */
  readonly beta: number;
}

/**
 * @param lengths       [B] tokens of each answer, 1 or more.
 * @param longestAnswer  tokens that an answer may have.
 */
export function lossPlan(
  { method, config }: GroupMethod,
  lengths: readonly number[],
  longestAnswer: number,
): LossPlan {
  const { epsilon } = config;
  if (method === "rloo") {
    const share = 1 / lengths.length;
    return {
      pool: "sum",
      ofToken: lengths.map(() => 0),
      ofAnswer: lengths.map(() => share),
      clip: { epsilonLow: epsilon, epsilonHigh: epsilon, delta: null },
      beta: 0,
    };
  }
  const { lossType: type, importanceSamplingLevel: level, epsilonHigh, delta, beta } = config;
  const ofToken = tokenWeights(lengths, {
    type,
    maxCompletionLength: longestAnswer,
    stepTokens: null,
  });
  return {
    pool: level === "token" ? "token" : "mean",
    ofToken,
    ofAnswer: ofToken.map((weight, b) => weight * lengths[b]!),
    clip: { epsilonLow: epsilon, epsilonHigh: epsilonHigh ?? epsilon, delta },
    beta,
  };
}

/**
 * The advantage of each answer.
 * @param rewards  [B] as paid.
 * @param kl       [B] nats an answer, Σₜ (log π_old − log π_ref); null where β is 0.
 * @param sizes    of the groups, in whose order the answers lie.
 */
export function advantagesOf(
  { method, config }: GroupMethod,
  rewards: readonly number[],
  kl: readonly number[] | null,
  sizes: readonly number[],
): Float64Array {
  if (method === "grpo") return groupAdvantages(rewards, sizes, config.scaleRewards);
  const paid = kl === null ? rewards : penalisedRewards(rewards, kl, config.beta);
  const advantages = leaveOneOutAdvantages(paid, sizes);
  return config.normalizeAdvantages ? normaliseOverBatch(advantages) : advantages;
}
