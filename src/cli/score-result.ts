/** What `score` makes of scored questions: as JSON, as a table to read, and as CSV. */
import { measuresCsv } from "../core/format/measures-csv";
import { type ListedMeasures, MEASURES } from "../core/measures/registry";
import { type MeasureSummaries, summariseMeasures } from "../core/measures/summarise";
import { deriveSeed } from "../core/random";
import { bootstrapMean } from "../core/statistics/bootstrap";
import type { QuestionScore } from "../core/study/scoring";

/** Shares of answers and of rules of thumb in a similarity: they sum to 1, and without rules the first is 1. */
export interface Compared {
  readonly answers: number;
  readonly rules: number;
}

interface Model {
  readonly name: string;
  readonly revision: string;
}

/** Of ready similarities there are no more measures than these fields. */
export type ScoreRow = Pick<
  QuestionScore,
  "id" | "sage" | "meanSimilarity" | "evenness" | "weakest" | "n" | "bleu" | "rougeL" | "reason"
> & { readonly measures?: ListedMeasures };

export interface Scored {
  readonly rows: readonly ScoreRow[];
  readonly betweenQuestions: number | null;
  /** These are null for ready similarities. */
  readonly compared: Compared | null;
  readonly encoder: Model | null;
  readonly inference: Model | null;
  readonly clusterThreshold: number | null;
}

export interface ScoreResult {
  readonly mean: number | null;
  readonly interval: readonly [number, number] | null;
  readonly n: number;
  readonly betweenQuestions: number | null;
  readonly compared: Compared | null;
  readonly encoder: Model | null;
  readonly inference: Model | null;
  readonly clusterThreshold: number | null;
  readonly measures: MeasureSummaries;
  readonly questions: readonly ScoreRow[];
}

/** Means with their intervals; each question with its own figures. */
export function scoreResult({ rows, ...scored }: Scored, seed: number): ScoreResult {
  const values = rows.flatMap(({ sage }) => sage ?? []);
  const bounds = bootstrapMean(values, { seed: deriveSeed(seed, "bootstrap") });
  const { betweenQuestions, compared, encoder, inference, clusterThreshold } = scored;
  return {
    mean: values.length === 0 ? null : values.reduce((a, b) => a + b) / values.length,
    interval: bounds && [bounds.low, bounds.high],
    n: values.length,
    ...{ betweenQuestions, compared, encoder, inference, clusterThreshold },
    measures:
      encoder === null ? {} : summariseMeasures(rows, { seed: deriveSeed(seed, "measures") }),
    questions: rows.map(
      ({ id, sage, meanSimilarity, evenness, weakest, n, bleu, rougeL, reason, measures }) => ({
        ...{ id, sage, meanSimilarity, evenness, weakest, n, bleu, rougeL, reason },
        ...(measures && { measures }),
      }),
    ),
  };
}

export const resultJson = (result: ScoreResult) => `${JSON.stringify(result)}\n`;

/** A line a question, then the means. */
export function resultTable({ questions, measures, ...result }: ScoreResult): string {
  const columns = ["sage", "meanSimilarity", "evenness", "bleu", "rougeL"] as const;
  const titles = ["question", "SaGE", "similarity", "evenness", "BLEU", "ROUGE-L", "answers"];
  const lines = questions.map((row) => [
    String(row.id),
    ...columns.map((c) => figure(row[c])),
    String(row.n),
  ]);
  const { mean, interval, n, compared, encoder, inference, clusterThreshold } = result;
  const summaries = MEASURES.flatMap(({ name, title }) => {
    const summary = name === "sage" ? undefined : measures[name];
    if (!summary) return [];
    const { mean, interval, n, reason } = summary;
    return [
      `${title.padEnd(28)}${figure(mean)}${range(interval)}${reason === null ? `, ${n} questions` : `  ${reason}`}`,
    ];
  });
  return [
    ...[titles, ...lines].map((line) => line.map((cell) => cell.padStart(10)).join(" ")),
    "",
    `mean SaGE ${figure(mean)}${range(interval)}, 95 % interval over ${n} questions`,
    ...summaries,
    ...(compared ? [`compared: ${comparedText(compared)}`] : []),
    ...(encoder ? [`encoder ${encoder.name}, ${encoder.revision}`] : []),
    ...(clusterThreshold === null ? [] : [`one meaning from a similarity of ${clusterThreshold}`]),
    ...(inference ? [`inference ${inference.name}, ${inference.revision}`] : []),
    "",
  ].join("\n");
}

const comparedText = ({ answers, rules }: Compared) =>
  rules === 0 ? "answers alone" : `${answers} answers + ${rules} rules of thumb`;

export const resultCsv = ({ questions }: ScoreResult) =>
  measuresCsv(questions.map((score) => ({ model: null, score })));

const range = (interval: readonly [number, number] | null) =>
  interval ? ` [${interval.map(figure).join(", ")}]` : "";
const figure = (x: number | null) => (x === null ? "–" : x.toFixed(4));
