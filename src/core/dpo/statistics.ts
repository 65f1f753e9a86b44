/** What a step of DPO reports. Names are TRL's, so that a curve can be laid beside one of TRL's. */

import { mean } from "../statistics/moments";
import type { DpoConfig } from "./config";
import { implicitRewards, type PreferencePairs } from "./loss";

/** Of a step, means over its pairs; null where nothing was trained. */
export const DPO_STATISTICS = [
  "loss",
  "grad_norm", // before clipping
  "learning_rate",
  "rewards/chosen", // β·(log π − log π_ref)
  "rewards/rejected",
  "rewards/margins",
  "rewards/accuracies", // share of pairs with a margin above 0
  "logps/chosen", // nats an answer
  "logps/rejected",
  "entropy", // nats a token
  "completions/mean_length", // tokens
] as const;

export type DpoScalars = Readonly<Record<(typeof DPO_STATISTICS)[number], number | null>>;

export interface DpoStats extends DpoScalars {
  readonly method: "dpo";
  readonly pairs: number;
  /** Pairs of which an answer is empty. */
  readonly skippedPairs: number;
  readonly updates: number;
  /** Why nothing was trained; null if something was. */
  readonly reason: string | null;
}

/** What a step knows of its pairs. */
export interface DpoStep {
  /** Tokens of each answer. */
  readonly lengths: readonly number[];
  /** Each update as it was before it was made; log-probabilities as the loss pools them, some pairs at a time. */
  readonly updates: readonly {
    readonly loss: number;
    readonly gradientNorm: number;
    readonly entropies: readonly number[];
    readonly pairs: readonly PreferencePairs[];
  }[];
}

/** Of the step's updates, the mean; for ipo, log-probabilities and rewards are a token's. */
export function dpoStatistics(
  { beta, learningRate }: Pick<DpoConfig, "beta" | "learningRate">,
  { lengths, updates }: DpoStep,
  pairs: number,
): DpoStats {
  const sets = updates.flatMap((update) => update.pairs);
  const rewards = sets.map((set) => implicitRewards(set, beta));
  const all = (of: readonly ArrayLike<number>[]) => mean(of.flatMap((x) => Array.from(x)));
  const margins = rewards.flatMap((set) => [...set.margins]);
  return {
    method: "dpo",
    loss: mean(updates.map(({ loss }) => loss)),
    grad_norm: mean(updates.map(({ gradientNorm }) => gradientNorm)),
    learning_rate: learningRate,
    "rewards/chosen": all(rewards.map(({ chosen }) => chosen)),
    "rewards/rejected": all(rewards.map(({ rejected }) => rejected)),
    "rewards/margins": mean(margins),
    "rewards/accuracies": mean(margins.map((margin) => Number(margin > 0))),
    "logps/chosen": all(sets.map(({ policyChosen }) => policyChosen)),
    "logps/rejected": all(sets.map(({ policyRejected }) => policyRejected)),
    entropy: mean(updates.flatMap(({ entropies }) => entropies)),
    "completions/mean_length": mean(lengths),
    pairs,
    skippedPairs: pairs - lengths.length / 2,
    updates: updates.length,
    reason: null,
  };
}

/** The report of a batch that nothing could be learned from. */
export function nothingPaired(
  { learningRate }: Pick<DpoConfig, "learningRate">,
  pairs: number,
): DpoStats {
  const empty = Object.fromEntries(DPO_STATISTICS.map((name) => [name, null])) as DpoScalars;
  return {
    ...empty,
    method: "dpo",
    learning_rate: learningRate,
    pairs,
    skippedPairs: pairs,
    updates: 0,
    reason:
      pairs === 0
        ? "no two answers differ enough in what they were paid to make a pair"
        : `none of ${pairs} pairs has two answers`,
  };
}
