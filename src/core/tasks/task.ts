import type { Question } from "../corpus/corpus";
import { amongChoices, type Continuation } from "./log-probs";

/** One figure that a task gives a question; a model's figure is the mean over questions. */
export interface TaskMeasure {
  readonly name: string;
  readonly title: string;
  /** What it says, in a sentence. */
  readonly says: string;
  readonly better: "higher" | "lower" | null;
}

/** A benchmark that a model takes by the log-probabilities it gives to continuations. */
export interface Task {
  readonly name: string;
  readonly title: string;
  readonly measures: readonly TaskMeasure[];
  /** Which measure stands for accuracy beside a model's consistency; null where the task has no right answers. */
  readonly accuracy: string | null;
  /** What the model is asked; null where the question is none of this task. */
  readonly requests: (question: Question) => readonly Continuation[] | null;
  /**
   * By measure.
   * @param logProbs  one a request, in order.
   */
  readonly score: (
    question: Question,
    logProbs: readonly number[],
  ) => Readonly<Record<string, number | null>>;
}

/** Position of the largest value, the first of equal ones. */
export function argmax(values: readonly number[]): number {
  return values.reduce((best, value, i) => (value > values[best]! ? i : best), 0);
}

/** Probabilities of pairs of continuations, one of which is to be said: [p, 1 − p] for each pair in order. */
export function pairProbabilities(logProbs: readonly number[]): [number, number][] {
  return Array.from({ length: logProbs.length / 2 }, (_, i) => {
    const [first, second] = amongChoices(logProbs.slice(2 * i, 2 * i + 2));
    return [first!, second!];
  });
}

export const meanOf = (values: readonly number[]) =>
  values.reduce((a, b) => a + b, 0) / values.length;
