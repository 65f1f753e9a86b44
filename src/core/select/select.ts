/**
 * Selection by a decaying threshold: which aligned answers to train on.
 *
 * Questions come in order. The threshold starts at `start`, and after each question is multiplied by
 * `decay`, never below `floor`. A question whose aligned answers are consistent enough is kept for training; one on
 * which the target was more consistent than the aligned model goes to the feedback list instead.
 */
import type { QuestionId } from "../corpus/corpus";

export interface ThresholdConfig {
  readonly start: number;
  readonly floor: number;
  readonly decay: number;
}

export type Decision = "train" | "feedback" | "reject" | "unscored";

/** The log line of one question in one cycle. A score is null where it is undefined; then the decision is "unscored". */
export interface SelectionRecord {
  readonly id: QuestionId;
  readonly threshold: number;
  readonly aligned: number | null;
  readonly target: number | null;
  readonly decision: Decision;
}

export interface Contestants {
  readonly id: QuestionId;
  readonly aligned: number | null;
  readonly target: number | null;
}

/** Threshold before each of `count` questions: max(floor, start·decayⁱ). */
export function thresholds({ start, floor, decay }: ThresholdConfig, count: number): number[] {
  const result: number[] = [];
  for (let i = 0, threshold = start; i < count; i++) {
    result.push(threshold);
    threshold = Math.max(floor, threshold * decay);
  }
  return result;
}

/** One record a question, in the order given. A score equal to the threshold passes. */
export function select(
  questions: readonly Contestants[],
  config: ThresholdConfig,
): SelectionRecord[] {
  const limits = thresholds(config, questions.length);
  return questions.map((question, i) => {
    const threshold = limits[i]!;
    return { ...question, threshold, decision: decide(question, threshold) };
  });
}

function decide({ aligned, target }: Contestants, threshold: number): Decision {
  if (aligned === null || target === null) return "unscored";
  if (target > aligned) return "feedback";
  return aligned >= threshold ? "train" : "reject";
}
