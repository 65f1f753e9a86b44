/** Metrics to hold against people: those of files, and those of the run that a task's answers come from. */
import { canonicalJson } from "../core/annotation/canonical-json";
import type { Refusal } from "../core/annotation/merge";
import type { PairTexts } from "../core/annotation/match-pairs";
import { metricsFor, type PairMetrics } from "../core/annotation/pair-metrics";
import { answerSetName } from "../core/answers/answer";
import type { QuestionId } from "../core/corpus/corpus";
import { pairs } from "../core/sage/similarity";
import type { MetricValues } from "../core/statistics/metric-estimators";
import { answersOf } from "../storage/answers";
import type { Database } from "../storage/db";
import { eventsOf } from "../storage/events";
import type { TaskSource } from "../storage/tasks";
import type { AgreementSource } from "./agreement-source";

/** Similarities of a run's answers with SaGE by question, to be found by the answers' texts. */
export interface RunMetrics {
  readonly pairs: PairMetrics;
  readonly sage: ReadonlyMap<QuestionId, number | null>;
}

/** Null where the task is not of one model's answers in a run, or the run is gone or was not scored. */
export async function runMetricsOf(db: Database, source: TaskSource): Promise<RunMetrics | null> {
  if (source.kind !== "run" || source.against) return null; // a run scores no pair of two models
  const [answers, batches] = await Promise.all([
    answersOf(db, source.runId, source.set),
    eventsOf(db, source.runId),
  ]);
  const name = answerSetName(source.set);
  const scores = batches
    .flatMap(({ events }) => events)
    .flatMap((event) =>
      event.kind === "scores" && answerSetName(event.set) === name ? event.scores : [],
    );
  if (answers === null || scores.length === 0) return null;

  const rows = scores.flatMap(({ id, answered, weights }) => {
    const texts = answers.filter(({ questionId }) => questionId === id).map(({ text }) => text);
    return pairs(answered.length).map(([i, j], k) => ({
      questionId: id,
      texts: [texts[answered[i]!] ?? "", texts[answered[j]!] ?? ""] as const,
      weight: weights[k]!,
    }));
  });
  return {
    pairs: {
      rows,
      columns: [
        { name: /* @wc-ignore */ "Similarity in the run", values: rows.map((r) => r.weight) },
      ],
    },
    sage: new Map(scores.map(({ id, sage }) => [id, sage])),
  };
}

/**
 * All metrics there are for the pairs. One name with the same values in two files is one metric; with other values
 * each is followed by its file's name. A file of which no row is among the pairs is refused.
 */
export function metricsOf(
  rated: readonly PairTexts[],
  run: RunMetrics | null,
  sources: readonly AgreementSource[],
): { metrics: MetricValues[]; refused: Refusal[] } {
  const refused: Refusal[] = [];
  const found = sources.flatMap(({ name: file, metrics, labels }) => {
    if (metrics === null) return [];
    const own = metricsFor(rated, metrics);
    if (own.length === 0 && labels === null) {
      refused.push({ source: file, reason: "none of its rows is among the pairs here" });
    }
    return own.map((metric) => ({ file, metric, content: contentOf(metric) }));
  });
  found.sort((a, b) => compare(a.file, b.file));
  const distinct = found.filter(
    ({ content }, i) => found.findIndex((other) => other.content === content) === i,
  );
  const count = (name: string) => distinct.filter(({ metric }) => metric.name === name).length;
  const ofFiles = distinct.map(({ file, metric }) =>
    count(metric.name) > 1 ? { ...metric, name: `${metric.name} (${file})` } : metric,
  );
  return { metrics: [...ofRun(rated, run), ...ofFiles], refused };
}

function ofRun(rated: readonly PairTexts[], run: RunMetrics | null): MetricValues[] {
  if (run === null) return [];
  const known = new Set(rated.map(({ questionId }) => questionId));
  const sage = new Map([...run.sage].filter(([id]) => known.has(id)));
  const similarity = metricsFor(rated, run.pairs);
  return [
    ...similarity,
    { name: /* @wc-ignore */ "SaGE in the run", of: "question", values: sage },
  ];
}

function contentOf({ name, of, values }: MetricValues): string {
  return canonicalJson([name, of, of === "pair" ? values : [...values]]);
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
