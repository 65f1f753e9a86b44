/** What a run's health is judged by: a few numbers of each training step, whatever the method. */
import type { QuestionId } from "../corpus/corpus";
import type { PpoConfig } from "../ppo/config";
import type { PpoStats } from "../ppo/statistics";
import type { Method, StepStats } from "../study/trainer";

/** The answers sampled for the step's question, before any were left out of a batch. */
export interface SampledGroup {
  readonly questionId: QuestionId;
  readonly texts: readonly string[];
  /** What each was paid. */
  readonly scores: readonly number[];
  /** Mean similarity within the group, and to the latest answers to other questions; null where undefined. */
  readonly within: number | null;
  readonly between: number | null;
}

/** null where the method has no such number, or nothing was trained. */
export interface HealthSample {
  readonly step: number;
  /** Answers the step learned from. */
  readonly answers: number;
  /** Nats an answer, one an answer: the k1 estimate Σ (log π − log π_ref). */
  readonly kl: readonly number[];
  /** Mean probability ratio of the policy after and before. */
  readonly ratio: number | null;
  /** Mini-batches whose mean ratio was over the threshold. */
  readonly overRatio: number;
  /** Nats a token. */
  readonly entropy: number | null;
  /** Mean squared error of the value head, score units². */
  readonly valueError: number | null;
  /** Mean answer, in tokens. */
  readonly length: number | null;
  readonly group: SampledGroup | null;
}

/** What the rules need to know of the settings. */
export interface HealthContext {
  readonly method: Method;
  /** Of PPO: what the batch-1 effect is measured with. */
  readonly ppo: Pick<PpoConfig, "gamma" | "lambda" | "whitenRewards">;
}

/** What a step of any method tells of its health. */
export function healthSample(
  step: number,
  stats: StepStats,
  group: SampledGroup | null,
): HealthSample {
  if (stats.method === undefined) return ppoSample(step, stats, group);
  const shared = {
    ...{ step, group, overRatio: 0, valueError: null },
    entropy: stats.entropy,
    length: stats["completions/mean_length"],
  };
  if (stats.method === "dpo") {
    const answers = 2 * (stats.pairs - stats.skippedPairs);
    return { ...shared, answers, kl: [], ratio: null };
  }
  const answers = stats.responses - stats.skippedResponses;
  return { ...shared, answers, kl: stats["objective/kl_dist"], ratio: stats.ratio };
}

export function ppoSample(step: number, stats: PpoStats, group: SampledGroup | null): HealthSample {
  return {
    step,
    answers: stats.responses - stats.skippedResponses,
    kl: stats["objective/kl_dist"],
    ratio: stats["ppo/policy/ratio"],
    overRatio: stats.miniBatchesOverRatio,
    entropy: stats["ppo/policy/entropy"],
    valueError: stats["ppo/val/error"],
    length: stats["tokens/responses_len_mean"],
    group,
  };
}

/** Each sampled group once: with batches of one answer the same group comes with several steps. */
export function groupsOf(history: readonly HealthSample[]): SampledGroup[] {
  return [...new Set(history.flatMap(({ group }) => group ?? []))];
}
