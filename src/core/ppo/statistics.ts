/** What a PPO step reports. Names are TRL's, so that a curve can be laid beside one of TRL's. */
import type { PpoConfig } from "./config";
import { packedRow, type ResponseLayout, type Rollout } from "./layout";
import { maskedMean, maskedVariance } from "./whiten";

/** Means over the mini-batches of a step. */
export const UPDATE_STATISTICS = [
  "ppo/loss/policy",
  "ppo/loss/value", // not weighted
  "ppo/loss/total",
  "ppo/policy/entropy", // nats a token
  "ppo/policy/approxkl",
  "ppo/policy/policykl",
  "ppo/policy/clipfrac",
  "ppo/policy/advantages_mean",
  "ppo/policy/ratio",
  "ppo/returns/mean",
  "ppo/returns/var",
  "ppo/val/vpred",
  "ppo/val/error",
  "ppo/val/clipfrac",
  "ppo/val/mean",
  "ppo/val/var",
] as const;

/** Of the batch as it was sampled, before any update. */
export const BATCH_STATISTICS = [
  "objective/kl", // nats, mean over responses of the sum over tokens
  "objective/kl_coef",
  "objective/entropy", // nats, mean over responses of −Σ log π
  "ppo/mean_non_score_reward",
  "ppo/mean_scores", // as paid, after scaling and clipping
  "ppo/std_scores",
  "tokens/queries_len_mean",
  "tokens/queries_len_std",
  "tokens/responses_len_mean",
  "tokens/responses_len_std",
] as const;

export type UpdateStatistics = Record<(typeof UPDATE_STATISTICS)[number], number>;
export type BatchStatistics = Record<(typeof BATCH_STATISTICS)[number], number | null>;

/** null where a number is undefined: a deviation of one score, and everything where nothing was trained. */
export type PpoScalars = Readonly<
  Record<
    | (typeof UPDATE_STATISTICS)[number]
    | (typeof BATCH_STATISTICS)[number]
    | "ppo/val/var_explained"
    | "ppo/learning_rate",
    number | null
  >
>;

export interface PpoStats extends PpoScalars {
  /** Never there: what tells them from the statistics of methods that name themselves. */
  readonly method?: undefined;
  /** Nats a response; "objective/kl" is its mean. */
  readonly "objective/kl_dist": readonly number[];
  readonly responses: number;
  /** Responses of fewer than two tokens, from which nothing can be learned. */
  readonly skippedResponses: number;
  /** Mini-batches seen, and those of them whose mean ratio was over the threshold. */
  readonly miniBatches: number;
  readonly miniBatchesOverRatio: number;
  readonly stoppedEarly: boolean;
  /** Why nothing was trained; null if something was. */
  readonly reason: string | null;
}

/** One mini-batch, packed: what was sampled, and what the policy in training says now. */
export interface MiniBatch {
  readonly oldLogProbs: Float32Array;
  readonly values: Float32Array;
  readonly advantages: Float32Array;
  readonly returns: Float32Array;
  readonly logProbs: Float32Array;
  readonly predictions: Float32Array;
  readonly entropy: Float32Array;
}

/** Mean probability ratio of policy in training and policy that sampled: E[exp(log π − log π_old)]. */
export function meanRatio({ logProbs, oldLogProbs }: MiniBatch): number {
  return mean(logProbs, (logProb, i) => Math.exp(logProb - oldLogProbs[i]!));
}

/**
 * Statistics of one mini-batch, over its tokens. approxkl = ½·E[(log π − log π_old)²], policykl = E[log π_old − log π];
 * a clipfrac is the share of tokens for which the clipped loss is the larger one.
 */
export function updateStatistics(
  batch: MiniBatch,
  loss: { readonly policy: number; readonly value: number },
  { clipRange, clipRangeValue, valueCoefficient }: PpoConfig,
): UpdateStatistics {
  const { oldLogProbs, values, advantages, returns, logProbs, predictions, entropy } = batch;
  const clippedPolicy = (logProb: number, i: number) => {
    const ratio = Math.exp(logProb - oldLogProbs[i]!);
    const clipped = Math.min(1 + clipRange, Math.max(1 - clipRange, ratio));
    return -advantages[i]! * clipped > -advantages[i]! * ratio ? 1 : 0;
  };
  const clippedValue = (prediction: number, i: number) => {
    const [value, target] = [values[i]!, returns[i]!];
    const clipped = Math.min(value + clipRangeValue, Math.max(value - clipRangeValue, prediction));
    return (clipped - target) ** 2 > (prediction - target) ** 2 ? 1 : 0;
  };
  return {
    "ppo/loss/policy": loss.policy,
    "ppo/loss/value": loss.value,
    "ppo/loss/total": loss.policy + valueCoefficient * loss.value,
    "ppo/policy/entropy": mean(entropy),
    "ppo/policy/approxkl": mean(logProbs, (x, i) => (x - oldLogProbs[i]!) ** 2) / 2,
    "ppo/policy/policykl": mean(logProbs, (x, i) => oldLogProbs[i]! - x),
    "ppo/policy/clipfrac": mean(logProbs, clippedPolicy),
    "ppo/policy/advantages_mean": mean(advantages),
    "ppo/policy/ratio": meanRatio(batch),
    "ppo/returns/mean": mean(returns),
    "ppo/returns/var": variance(returns),
    "ppo/val/vpred": mean(predictions),
    "ppo/val/error": mean(predictions, (x, i) => (x - returns[i]!) ** 2),
    "ppo/val/clipfrac": mean(predictions, clippedValue),
    "ppo/val/mean": mean(values),
    "ppo/val/var": variance(values),
  };
}

/** Statistics of the sampled batch. `kl` and `logProbs` are packed; `scores` are as paid. */
export function batchStatistics(
  rollouts: readonly Rollout[],
  layout: ResponseLayout,
  batch: { readonly kl: Float32Array; readonly logProbs: Float32Array },
  scores: readonly number[],
  klCoefficient: number,
): BatchStatistics & Pick<PpoStats, "objective/kl_dist"> {
  const rowSums = (packed: Float32Array) =>
    rollouts.map((_, row) => sum(packedRow(packed, layout, row)));
  const klDistribution = rowSums(batch.kl);
  const queries = rollouts.map(({ query }) => query.length);
  const responses = rollouts.map(({ response }) => response.length);
  return {
    "objective/kl": mean(klDistribution),
    "objective/kl_dist": klDistribution,
    "objective/kl_coef": klCoefficient,
    "objective/entropy": -mean(rowSums(batch.logProbs)),
    "ppo/mean_non_score_reward": -klCoefficient * mean(batch.kl),
    "ppo/mean_scores": mean(scores),
    "ppo/std_scores": deviation(scores),
    "tokens/queries_len_mean": mean(queries),
    "tokens/queries_len_std": deviation(queries),
    "tokens/responses_len_mean": mean(responses),
    "tokens/responses_len_std": deviation(responses),
  };
}

/** The mean of each statistic over mini-batches, and var_explained = 1 − error/var(returns); null where that is 0. */
export function averageUpdates(
  updates: readonly UpdateStatistics[],
): UpdateStatistics & Pick<PpoScalars, "ppo/val/var_explained"> {
  const means = Object.fromEntries(
    UPDATE_STATISTICS.map((name) => [name, mean(updates.map((update) => update[name]))]),
  ) as UpdateStatistics;
  const spread = means["ppo/returns/var"];
  return {
    ...means,
    "ppo/val/var_explained": spread === 0 ? null : 1 - means["ppo/val/error"] / spread,
  };
}

/** The report of a batch that nothing could be learned from. */
export function nothingTrained(
  reason: string,
  responses: number,
  klCoefficient: number,
  learningRate: number,
): PpoStats {
  const empty = Object.fromEntries(
    [...UPDATE_STATISTICS, ...BATCH_STATISTICS, "ppo/val/var_explained"].map((n) => [n, null]),
  ) as Record<keyof PpoScalars, null>;
  return {
    ...empty,
    "objective/kl_coef": klCoefficient,
    "objective/kl_dist": [],
    "ppo/learning_rate": learningRate,
    responses,
    skippedResponses: responses,
    miniBatches: 0,
    miniBatchesOverRatio: 0,
    stoppedEarly: false,
    reason,
  };
}

type Numbers = ArrayLike<number>;
const identity = (x: number) => x;
const everything = (x: Numbers) => new Uint8Array(x.length).fill(1);

function sum(x: Numbers): number {
  let total = 0;
  for (let i = 0; i < x.length; i++) total += x[i]!;
  return total;
}

function mean(x: Numbers, of: (value: number, i: number) => number = identity): number {
  const mapped = Float64Array.from({ length: x.length }, (_, i) => of(x[i]!, i));
  return maskedMean(mapped, everything(mapped));
}

function variance(x: Numbers): number {
  return maskedVariance(x, everything(x));
}

function deviation(x: Numbers): number | null {
  return x.length < 2 ? null : Math.sqrt(variance(x));
}
