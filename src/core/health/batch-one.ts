import { batchAdvantages } from "../ppo/batch-advantages";
import { responseLayout } from "../ppo/layout";
import { tokenRewards } from "../ppo/token-rewards";
import type { Rule } from "./finding";
import type { HealthContext } from "./sample";

const STEPS = 3;
const SCORES = [0.1, 0.5, 0.9] as const;

/** PPO's own advantages for one answer, by the score it was paid. */
export interface BatchOneEffect {
  readonly scores: readonly number[];
  /** [score][token] whitened over the one answer, with values and KL of 0. */
  readonly advantages: readonly (readonly number[])[];
  /** Between any two scores, at any token. */
  readonly largestDifference: number;
}

/**
 * Measures what whitening over a batch of one answer leaves of the score's size: nothing. Scores of .1, .5 and .9 give
 * the same advantages but for the 10⁻⁸ under whitening's root.
 *
 * @param tokens  of the answer, 2 or more.
 * @throws RangeError for fewer, which whitening has no variance for.
 * @see docs/training.md; fixture `unit_batch1_reward_invariance`.
 */
export function batchOneEffect(tokens: number, ppo: HealthContext["ppo"]): BatchOneEffect {
  const layout = responseLayout([{ query: [0], response: new Array<number>(tokens).fill(0) }]);
  const zeros = new Float32Array(tokens);
  const advantages = SCORES.map((score) => [
    ...batchAdvantages(tokenRewards(zeros, score, 0), zeros, layout, ppo).advantages,
  ]);
  const spread = zeros.map((_, t) => {
    const atToken = advantages.map((ofScore) => ofScore[t]!);
    return Math.max(...atToken) - Math.min(...atToken);
  });
  return { scores: SCORES, advantages, largestDifference: Math.max(...spread) };
}

/** The first three steps of PPO, or more, learned from one answer each. */
export const batchOne: Rule = (history, { method, ppo }) => {
  const trained = history.filter(({ answers }) => answers > 0);
  if (method !== "ppo" || trained.length < STEPS) return null;
  if (trained.some(({ answers }) => answers !== 1)) return null;
  const tokens = Math.max(2, Math.round(trained.at(-1)!.length ?? 2));
  const { largestDifference } = batchOneEffect(tokens, ppo);
  return {
    severity: "problem",
    sentence: `Every step learns from one answer, so whitening cancels the size of its reward: over ${tokens} tokens, rewards of .1, .5 and .9 give advantages that differ by ${largestDifference.toExponential(0)} at most.`,
    setting: "rollouts.batch",
  };
};
