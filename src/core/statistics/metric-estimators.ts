import type { QuestionId } from "../corpus/corpus";
import type { Unit } from "./alpha-level";
import { type CorrelationKind, correlations } from "./correlation";
import { weightedAuc } from "./weighted-auc";

/** A pair of answers with people's labels: "Y" the same, "N" not; every other label, such as "NA", says neither. */
export interface LabelledPair {
  readonly questionId: QuestionId;
  readonly labels: Unit;
}

/** A figure of each pair, such as cosine, or of each question, such as SaGE; null where undefined. */
export type MetricValues =
  | { readonly name: string; readonly of: "pair"; readonly values: readonly (number | null)[] }
  | {
      readonly name: string;
      readonly of: "question";
      readonly values: ReadonlyMap<QuestionId, number | null>;
    };

export const STATISTICS = ["auc", "pearson", "spearman", "kendall"] as const;
export type Statistic = (typeof STATISTICS)[number];

/** One statistic of one metric: its value on the sample and on any resample of questions. */
export interface Estimator {
  readonly n: number;
  /** What it rests on; two estimators compare only on the same. */
  readonly basis: string;
  readonly compute: (drawn: Int32Array, weights: Int32Array) => number | null;
  /** Said where the value on the sample is null. */
  readonly reason: string;
}

/** The label more raters gave than the other: "Y" or "N"; null for a tie or for neither. */
export function majorityOf(labels: Unit): "Y" | "N" | null {
  const [yes, no] = [count(labels, "Y"), count(labels, "N")];
  if (yes === no) return null;
  return yes > no ? "Y" : "N";
}

function count(labels: Unit, label: string): number {
  return labels.filter((given) => given === label).length;
}

/**
 * @param questions  each id once; `drawn` holds positions in it, `weights` how often each was drawn.
 */
export function estimatorsFor(
  metric: MetricValues,
  pairs: readonly LabelledPair[],
  questions: readonly QuestionId[],
): Record<Statistic, Estimator> {
  const indexOf = new Map(questions.map((id, i) => [id, i]));
  const figures = questions.map(() => [] as number[]);
  const shares = questions.map(() => [] as number[]);
  pairs.forEach(({ questionId, labels }, i) => {
    const q = indexOf.get(questionId)!;
    const [yes, no] = [count(labels, "Y"), count(labels, "N")];
    if (yes + no > 0) shares[q]!.push(yes / (yes + no));
    const figure = metric.of === "pair" ? metric.values[i]! : null;
    if (figure !== null) figures[q]!.push(figure);
  });
  const x = questions.map((id, q) =>
    metric.of === "question" ? (metric.values.get(id) ?? null) : mean(figures[q]!),
  );
  const y = shares.map((shares) => {
    const share = mean(shares);
    return share === null ? null : Number(share.toFixed(12)); // equal shares tie in whatever order they were added
  });
  const correlation = (kind: CorrelationKind) => correlationEstimator(kind, x, y);
  return {
    auc: aucEstimator(metric, pairs, indexOf),
    pearson: correlation("pearson"),
    spearman: correlation("spearman"),
    kendall: correlation("kendall"),
  };
}

function aucEstimator(
  metric: MetricValues,
  pairs: readonly LabelledPair[],
  indexOf: ReadonlyMap<QuestionId, number>,
): Estimator {
  if (metric.of === "question") {
    const reason = `${metric.name} is a figure of a question, not of a pair`;
    return { n: 0, basis: "", compute: () => null, reason };
  }
  const items = pairs.flatMap(({ questionId, labels }, i) => {
    const [score, label] = [metric.values[i]!, majorityOf(labels)];
    return score === null || label === null ? [] : [{ i, score, label, questionId }];
  });
  const auc = weightedAuc(
    items.map(({ score }) => score),
    items.map(({ label }) => label === "Y"),
    items.map(({ questionId }) => indexOf.get(questionId)!),
  );
  return {
    n: items.length,
    basis: items.map(({ i }) => i).join(),
    compute: (_, weights) => auc(weights),
    reason: "an AUC needs a pair with majority Y and one with majority N",
  };
}

function correlationEstimator(
  kind: CorrelationKind,
  x: readonly (number | null)[],
  y: readonly (number | null)[],
): Estimator {
  const known = Array.from(x, (value, q) => value !== null && y[q] !== null);
  const over = (drawn: Int32Array) => {
    const kept = [...drawn].filter((q) => known[q]);
    return correlations[kind](
      kept.map((q) => x[q]!),
      kept.map((q) => y[q]!),
    );
  };
  const { reason } = over(Int32Array.from(x, (_, q) => q));
  return {
    n: known.filter(Boolean).length,
    basis: known.map(Number).join(""),
    compute: (drawn) => over(drawn).coefficient,
    reason: reason ?? "",
  };
}

function mean(values: readonly number[]): number | null {
  return values.length === 0 ? null : values.reduce((a, b) => a + b) / values.length;
}
