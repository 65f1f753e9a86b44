/**
 * What an answer is paid for: the list that PPO, RLOO and GRPO share. A reward sees one question's answers and gives
 * each a score; the KL penalty comes off later, in the method.
 */
import { pairWeights } from "../sage/similarity";
import { type AnswerGroup, blend, type Payment } from "./blend";
import { type CreditName, type RewardConfig, type RewardName } from "./config";
import type { Credit } from "./graph";
import { groupSage } from "./group-sage";
import { leaveOneOut } from "./leave-one-out";
import { meanSimilarity } from "./mean-similarity";
import { tupleSage } from "./tuple-sage";

export interface RewardEntry {
  /** What it pays for, in a sentence or two. */
  readonly describe: string;
  /** What can go wrong with it, or null. */
  readonly caution: string | null;
}

export const rewards: Readonly<Record<RewardName, RewardEntry>> = {
  "mean-similarity": {
    describe:
      "Each answer is paid its mean similarity to the answers to the question's other wordings.",
    caution: "One answer to every question earns the most.",
  },
  "leave-one-out": {
    describe: "Each answer is paid how much SaGE falls when the answer is taken away.",
    caution:
      "It needs three wordings; one answer to every question earns 0, as any agreed answer does.",
  },
  "group-sage": {
    describe: "Every answer is paid the SaGE of its question: the published reward.",
    caution:
      "A question's answers earn the same, so RLOO and GRPO learn nothing, and PPO not which answer to change.",
  },
  "tuple-sage": {
    describe:
      "Each answer is paid the mean SaGE of the tuples it is in, one answer a wording, matched at random among the samples.",
    caution:
      "It needs two samples a wording or more (rollouts.samples); with one it is group-sage.",
  },
  blend: {
    describe:
      "Agreement and nearness to the aligned answers, less likeness to the answers to other questions and what length, repetition and refusals cost.",
    caution: null,
  },
};

const credits: Readonly<Record<CreditName, Credit>> = {
  "mean-similarity": meanSimilarity,
  "leave-one-out": leaveOneOut,
  "group-sage": groupSage,
  "tuple-sage": tupleSage,
};

/** What every part but agreement is in a reward that pays for that alone. */
const NOTHING_ELSE = { anchor: null, sameness: null, length: 0, repetition: 0, refusal: 0 };

/**
 * Pays each answer of a group by the reward named. A plain reward looks at meaning alone; `blend` at all settings.
 * @throws RangeError if fewer wordings have an answer than `fewestWordings` says.
 */
export function payGroup(name: RewardName, group: AnswerGroup, config: RewardConfig): Payment[] {
  if (name === "blend") return blend(group, credits[config.credit], config);
  const graph = { wordings: group.wordings, weights: pairWeights(group.embeddings) };
  const draw = { rounds: config.tupleRounds, seed: group.seed };
  return credits[name](graph, draw).map((score) => ({
    score,
    agreement: score,
    ...NOTHING_ELSE,
  }));
}

/** Wordings that must have an answer for the reward to be defined. */
export function fewestWordings(name: RewardName, { credit }: Pick<RewardConfig, "credit">): number {
  return (name === "blend" ? credit : name) === "leave-one-out" ? 3 : 2;
}
