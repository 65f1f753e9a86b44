/** The reward `blend`: agreement, nearness to the aligned answers, and what speaks against an answer. */
import { rougeL } from "../metrics/rouge-l";
import { mixWeights, pairWeights, pairs } from "../sage/similarity";
import type { RewardConfig } from "./config";
import type { Credit } from "./graph";
import { lengthFault, nearness, refusalFault, repetitionFault, sameness } from "./guards";

/** The answers to one question that are paid together. */
export interface AnswerGroup {
  /** [n] trimmed, none empty. */
  readonly texts: readonly string[];
  /** [n] the wording each answers, from 0. */
  readonly wordings: readonly number[];
  /** [n][d] unit vectors of the texts. */
  readonly embeddings: readonly Float32Array[];
  /** [m][d] unit vectors of the question's aligned answers; empty if it has none. */
  readonly aligned: readonly Float32Array[];
  /** [q][d] the mean vector of the latest answers to each other question; empty at first. */
  readonly elsewhere: readonly Float32Array[];
  /** For the drawing of tuples. */
  readonly seed: number;
}

/** What an answer was paid, and for what. */
export interface Payment {
  readonly score: number;
  readonly agreement: number;
  /** Mean cosine to the aligned answers; null without any, or where the reward doesn't ask. */
  readonly anchor: number | null;
  /** Mean cosine to other questions' answers; null while there are none, or where the reward doesn't ask. */
  readonly sameness: number | null;
  /** Shares in [0, 1]. */
  readonly length: number;
  readonly repetition: number;
  readonly refusal: number;
}

/**
 * Pays each answer of a group:
 *
 *   rᵢ = (1 − α)·cᵢ + α·aᵢ − λ_s·sᵢ − λ_l·lᵢ − λ_d·dᵢ − λ_f·fᵢ
 *
 * cᵢ the credit on weights (1 − ρ)·cos + ρ·ROUGE-L, aᵢ the anchor, sᵢ the sameness, lᵢ, dᵢ, fᵢ the faults of length,
 * repetition and refusal (guards.ts). Without aligned answers α is 0, without another question sᵢ is 0: then that part
 * says nothing, and it is the same for the whole group.
 *
 * @returns  one payment an answer, in order.
 * @throws RangeError as the credit does.
 * @see docs/training.md, "Rewards".
 */
export function blend(group: AnswerGroup, credit: Credit, config: RewardConfig): Payment[] {
  const { texts, wordings, embeddings, aligned, elsewhere, seed } = group;
  const weights = blendedWeights(texts, embeddings, config.rougeWeight);
  const agreement = credit({ wordings, weights }, { rounds: config.tupleRounds, seed });
  return texts.map((text, i) => {
    const parts = {
      agreement: agreement[i]!,
      anchor: nearness(embeddings[i]!, aligned),
      sameness: sameness(embeddings[i]!, elsewhere),
      length: lengthFault(text, config),
      repetition: repetitionFault(text, config),
      refusal: refusalFault(text),
    };
    return { ...parts, score: total(parts, config) };
  });
}

/** Weights of the group's pairs: (1 − ρ)·cos + ρ·ROUGE-L. */
function blendedWeights(
  texts: readonly string[],
  embeddings: readonly Float32Array[],
  rougeWeight: number,
): number[] {
  const cosines = pairWeights(embeddings);
  if (rougeWeight === 0) return cosines;
  const overlaps = pairs(texts.length).map(([i, j]) => rougeL(texts[i]!, texts[j]!));
  return mixWeights(cosines, overlaps, 1 - rougeWeight);
}

function total(parts: Omit<Payment, "score">, config: RewardConfig): number {
  const { agreement, anchor } = parts;
  const share = anchor === null ? 0 : config.anchorWeight;
  return (
    (1 - share) * agreement +
    share * (anchor ?? 0) -
    config.samenessPenalty * (parts.sameness ?? 0) -
    config.lengthPenalty * parts.length -
    config.repetitionPenalty * parts.repetition -
    config.refusalPenalty * parts.refusal
  );
}
