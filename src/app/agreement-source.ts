import type { SourcedTable } from "../core/annotation/combine";
import { importLabels, importScaleRatings } from "../core/annotation/labels-csv";
import type { SourcedSession } from "../core/annotation/merge";
import {
  importModelLabels,
  isModelLabels,
  type ModelLabels,
} from "../core/annotation/model-labels";
import type { Digest } from "../core/annotation/pair";
import { importPairMetrics, type PairMetrics } from "../core/annotation/pair-metrics";
import { readSession } from "../core/annotation/session-file";
import { parseCsv } from "../core/format/csv";
import { InputError } from "../core/format/input-error";

/** What a file adds to the agreement page: a session, a model's labels, people's labels, metrics, or these two in one. */
export interface AgreementSource {
  readonly name: string;
  readonly session: SourcedSession | null;
  readonly labels: SourcedTable | null;
  readonly metrics: PairMetrics | null;
  readonly modelLabels: ModelLabels | null;
}

/**
 * Reads a file by the ending of its name: .json as a rater's session, .csv as labels (columns ann1, ann2, …), as
 * metrics of pairs (columns of numbers), or as both; with a column `label` as a model's labels.
 *
 * @throws InputError naming file, row and column.
 */
export async function readAgreementSource(
  text: string,
  name: string,
  digest: Digest,
): Promise<AgreementSource> {
  const nothing = { name, session: null, labels: null, metrics: null, modelLabels: null };
  if (/\.json$/i.test(name)) {
    return {
      ...nothing,
      session: { source: name, session: await readSession(text, name, digest) },
    };
  }
  if (!/\.csv$/i.test(name)) {
    const remedy = "Choose a rater's exported .json, or a .csv of labels or metrics.";
    throw new InputError({ file: name }, "this is neither a session nor a table", remedy);
  }
  const { columns } = parseCsv(text, name, []);
  if (isModelLabels(columns)) return { ...nothing, modelLabels: importModelLabels(text, name) };
  const hasRaters = columns.some((column) => /^ann\d+$/.test(column));
  const table = hasRaters
    ? ((await importScaleRatings(text, name, digest)) ?? (await importLabels(text, name, digest)))
    : null;
  const metrics = importPairMetrics(text, name);
  if (table === null && metrics.columns.length === 0) {
    const remedy = "Name raters' columns ann1, ann2, …, or add a column with a number a pair.";
    throw new InputError({ file: name }, "it has neither labels nor metrics", remedy);
  }
  return {
    ...nothing,
    labels: table && { source: name, table },
    metrics: metrics.columns.length === 0 ? null : metrics,
  };
}

/** The message without the file's name in front, which the list shows already. */
export function reasonOf(error: Error, file: string): string {
  const { message } = error;
  if (!(error instanceof InputError)) return message;
  return message.startsWith(file) ? message.slice(file.length).replace(/^[:,] /, "") : message;
}
