/** What a step of RLOO or GRPO reports. Names are TRL's, so that a curve can be laid beside one of TRL's. */

import { deviation, mean } from "../statistics/moments";
import type { GroupMethod, LossPlan } from "./plan";
import { k3 } from "./tokens";

/** Of a step; null where undefined: a distance without a reference, a deviation of one reward, all where nothing was trained. */
export const GROUP_STATISTICS = [
  "loss",
  "grad_norm", // before clipping
  "learning_rate",
  "reward", // as paid, before the distance comes off
  "reward_std",
  "frac_reward_zero_std", // share of groups whose answers were all paid the same
  "kl", // nats a token, k3 of the policy that sampled
  "objective/kl", // nats an answer, Σ (log π − log π_ref)
  "entropy", // nats a token
  "clip_ratio/region_mean", // share of ratios that were clipped
  "completions/mean_length", // tokens
] as const;

export type GroupScalars = Readonly<Record<(typeof GROUP_STATISTICS)[number], number | null>>;

export interface GroupStats extends GroupScalars {
  readonly method: "rloo" | "grpo";
  /** Nats an answer; "objective/kl" is its mean. Empty without a reference. */
  readonly "objective/kl_dist": readonly number[];
  /** Mean probability ratio of the policy after and before, over tokens or answers; the mean of the updates. */
  readonly ratio: number | null;
  readonly responses: number;
  /** Empty answers, and those that no other answer was left to compare with. */
  readonly skippedResponses: number;
  readonly updates: number;
  /** Why nothing was trained; null if something was. */
  readonly reason: string | null;
}

/** What a step knows of a batch of B answers, group after group. */
export interface GroupStep {
  /** [groups][answers] as paid. */
  readonly scores: readonly (readonly number[])[];
  /** [B] tokens. */
  readonly lengths: readonly number[];
  readonly advantages: ArrayLike<number>;
  readonly plan: LossPlan;
  /** Packed, of the policy that sampled; the reference's is null where there is none. */
  readonly logProbs: Float32Array;
  readonly referenceLogProbs: Float32Array | null;
  /** [B] nats an answer; null without a reference. */
  readonly kl: readonly number[] | null;
  /** Each update as it was before it was made; ratios are of tokens or answers, in their order. */
  readonly updates: readonly {
    readonly loss: number;
    readonly gradientNorm: number;
    readonly ratios: readonly number[];
    readonly entropies: readonly number[];
  }[];
}

export function groupStatistics(
  { method, config }: GroupMethod,
  step: GroupStep,
  responses: number,
): GroupStats {
  const { scores, lengths, kl, updates, logProbs, referenceLogProbs } = step;
  const rewards = scores.flat();
  const ofUpdates = (of: (one: GroupStep["updates"][number]) => readonly number[]) =>
    mean(updates.flatMap(of));
  const isFlat = (group: readonly number[]) => group.every((score) => score === group[0]);
  return {
    method,
    loss: ofUpdates(({ loss }) => [loss]),
    grad_norm: ofUpdates(({ gradientNorm }) => [gradientNorm]),
    learning_rate: config.learningRate,
    reward: mean(rewards),
    reward_std: deviation(rewards),
    frac_reward_zero_std: scores.filter(isFlat).length / scores.length,
    kl: referenceLogProbs && mean([...logProbs].map((x, t) => k3(x, referenceLogProbs[t]!))),
    "objective/kl": kl && mean(kl),
    "objective/kl_dist": kl ?? [],
    entropy: ofUpdates(({ entropies }) => entropies),
    "clip_ratio/region_mean": ofUpdates(({ ratios }) => clipped(ratios, step)),
    "completions/mean_length": mean(lengths),
    ratio: ofUpdates(({ ratios }) => ratios),
    responses,
    skippedResponses: responses - lengths.length,
    updates: updates.length,
    reason: null,
  };
}

/** The report of a batch that nothing could be learned from. */
export function nothingCompared({ method, config }: GroupMethod, responses: number): GroupStats {
  const empty = Object.fromEntries(GROUP_STATISTICS.map((name) => [name, null])) as GroupScalars;
  return {
    ...empty,
    method,
    learning_rate: config.learningRate,
    "objective/kl_dist": [],
    ratio: null,
    responses,
    skippedResponses: responses,
    updates: 0,
    reason: `none of ${responses} responses has another one to be compared with`,
  };
}

/** 1 for each ratio that earns nothing any more, else 0: below the range for an answer that did worse, above it for a better. */
function clipped(ratios: readonly number[], { plan, advantages, lengths }: GroupStep): number[] {
  const { epsilonLow, epsilonHigh } = plan.clip;
  const ofUnits = lengths.flatMap((length, b) =>
    new Array<number>(plan.pool === "token" ? length : 1).fill(advantages[b]!),
  );
  return ratios.map((ratio, unit) => {
    const advantage = ofUnits[unit]!;
    const isClipped =
      advantage < 0 ? ratio < 1 - epsilonLow : advantage > 0 && ratio > 1 + epsilonHigh;
    return Number(isClipped);
  });
}
