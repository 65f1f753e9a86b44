/**
 * What an answer is paid for. A reward sees the similarities within one question's answers and gives each answer
 * a score; PPO takes the KL penalty off later, per token.
 */
import { sageOfPairs } from "../sage/sage";
import { pairs } from "../sage/similarity";

/** @param weights similarity of each pair, in the order of `pairs(n)`; returns n scores. n ≥ 2. */
export type Reward = (weights: readonly number[], n: number) => number[];

export const REWARD_NAMES = ["mean-similarity", "leave-one-out", "group-sage"] as const;
export type RewardName = (typeof REWARD_NAMES)[number];

/** An answer's mean similarity to the question's other answers: credit for each answer, in [−1, 1]. */
const meanSimilarity: Reward = (weights, n) => {
  const sums = new Array<number>(n).fill(0);
  pairs(n).forEach(([i, j], k) => {
    sums[i]! += weights[k]!;
    sums[j]! += weights[k]!;
  });
  return sums.map((sum) => sum / (n - 1));
};

/** How much SaGE falls when the answer is taken away: SaGE(all) − SaGE(all but i). Needs n ≥ 3. */
const leaveOneOut: Reward = (weights, n) => {
  if (n < 3)
    throw new RangeError(`leave-one-out needs 3 answers or more, got ${n}; choose mean-similarity`);
  const all = scoreOf(weights, n);
  return Array.from({ length: n }, (_, left) => {
    const rest = weights.filter((_w, k) => !pairs(n)[k]!.includes(left));
    return all - scoreOf(rest, n - 1);
  });
};

/** The published reward: every answer of a question gets the question's SaGE. */
const groupSage: Reward = (weights, n) => new Array<number>(n).fill(scoreOf(weights, n));

export const rewards: Readonly<Record<RewardName, Reward>> = {
  "mean-similarity": meanSimilarity,
  "leave-one-out": leaveOneOut,
  "group-sage": groupSage,
};

/** Fewest answers of a group that a reward can tell apart. */
export function fewestAnswers(name: RewardName): number {
  return name === "leave-one-out" ? 3 : 2;
}

function scoreOf(weights: readonly number[], n: number): number {
  const { sage, reason } = sageOfPairs(weights, n);
  if (sage === null) throw new RangeError(`no reward without SaGE: ${reason}`);
  return sage;
}
