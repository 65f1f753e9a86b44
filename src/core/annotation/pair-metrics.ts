/** Figures that programs give pairs of answers, to be held against people's labels. */
import { parseQuestionId, type QuestionId } from "../corpus/corpus";
import { type CsvRow, parseCsv } from "../format/csv";
import { bleu } from "../metrics/bleu";
import { rougeL } from "../metrics/rouge-l";
import { inPairOrder } from "../sage/pair-order";
import { sageOfPairs } from "../sage/sage";
import type { MetricValues } from "../statistics/metric-estimators";
import type { Steps } from "../steps";
import { matchPairsLoosely, type PairTexts } from "./match-pairs";

const TEXT_COLUMNS = ["question_id", "model_output_1", "model_output_2"] as const;
/** No metrics: ids, labels, and the two that `textMetrics` works out from the answers themselves. */
const PASSED_OVER = /^(question_id|ann\d+|final|provenance|(bleu|rouge)_model_output)$/;
/** Similarities of meaning: of these a question has a SaGE. */
const SIMILARITY = /^cosine/;

export interface PairMetrics {
  readonly rows: readonly PairTexts[];
  readonly columns: readonly {
    readonly name: string;
    /** [rows] null for an empty cell. */
    readonly values: readonly (number | null)[];
  }[];
}

/**
 * Reads the metrics of an edges table: `question_id, model_output_1, model_output_2` and every column whose filled
 * cells are all numbers, a row a pair.
 *
 * @returns  no columns where none holds numbers.
 * @throws InputError naming file and column if one of these three is missing.
 */
export function importPairMetrics(text: string, file: string): PairMetrics {
  const { columns, rows } = parseCsv(text, file, TEXT_COLUMNS);
  const metrics = columns.flatMap((name) => {
    const values = PASSED_OVER.test(name) ? null : numbersOf(rows, name);
    return values === null ? [] : [{ name, values }];
  });
  return {
    rows: rows.map(({ values }) => ({
      questionId: parseQuestionId(values.question_id),
      texts: [values.model_output_1, values.model_output_2],
    })),
    columns: metrics,
  };
}

/**
 * A file's metrics for given pairs, null where it hasn't a pair; and for each similarity SaGE, for the questions of
 * which the file has every pair in the order of `pairs(n)`.
 */
export function metricsFor(
  pairs: readonly PairTexts[],
  { rows, columns }: PairMetrics,
): MetricValues[] {
  const places = matchPairsLoosely(pairs, rows);
  const known = new Set(pairs.map(({ questionId }) => questionId));
  return columns.flatMap(({ name, values }): MetricValues[] => {
    const ofPairs = places.map((place) => (place === null ? null : values[place]!));
    if (ofPairs.every((value) => value === null)) return [];
    const metric: MetricValues = { name, of: "pair", values: ofPairs };
    if (!SIMILARITY.test(name)) return [metric];
    const sage = sageByQuestion(rows, values, known);
    return sage.size === 0
      ? [metric]
      : [metric, { name: `SaGE of ${name}`, of: "question", values: sage }];
  });
}

/** BLEU (the first answer as reference) and ROUGE-L of each pair's answers, a step a pair. */
export function* textMetrics(texts: readonly PairTexts["texts"][]): Steps<MetricValues[]> {
  const [ofBleu, ofRouge] = [[] as number[], [] as number[]];
  for (const [i, [first, second]] of texts.entries()) {
    ofBleu.push(bleu(first, second));
    ofRouge.push(rougeL(first, second));
    yield { done: i + 1, total: texts.length };
  }
  return [
    { name: "BLEU", of: "pair", values: ofBleu },
    { name: "ROUGE-L", of: "pair", values: ofRouge },
  ];
}

function numbersOf(
  rows: readonly Pick<CsvRow<never>, "values">[],
  column: string,
): (number | null)[] | null {
  const values: (number | null)[] = [];
  for (const row of rows) {
    const cell = row.values[column]!.trim();
    const value = cell === "" ? null : Number(cell);
    if (value !== null && !Number.isFinite(value)) return null;
    values.push(value);
  }
  return values.some((value) => value !== null) ? values : null;
}

function sageByQuestion(
  rows: readonly PairTexts[],
  values: readonly (number | null)[],
  known: ReadonlySet<QuestionId>,
): Map<QuestionId, number | null> {
  const byQuestion = new Map<QuestionId, { texts: PairTexts["texts"]; value: number | null }[]>();
  for (const [i, { questionId, texts }] of rows.entries()) {
    if (!known.has(questionId)) continue;
    const ofQuestion = byQuestion.get(questionId) ?? [];
    ofQuestion.push({ texts, value: values[i]! });
    byQuestion.set(questionId, ofQuestion);
  }
  const sage = new Map<QuestionId, number | null>();
  for (const [id, ofQuestion] of byQuestion) {
    const answers = inPairOrder(
      ofQuestion.map(({ texts }) => texts),
      (text) => text,
    );
    const weights = ofQuestion.flatMap(({ value }) => value ?? []);
    if (answers === null || weights.length < ofQuestion.length) continue;
    sage.set(id, sageOfPairs(weights, answers.length).sage);
  }
  return sage;
}
