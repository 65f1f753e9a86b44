import { parseQuestionId } from "../corpus/corpus";
import { type CsvRow, parseCsv, toCsv } from "../format/csv";
import { InputError } from "../format/input-error";
import type { Rating } from "../statistics/alpha-level";
import type { FinalLabel } from "./adjudication";
import { type LabelTable, ratersOfKind } from "./label-table";
import { type AnswerPair, type Digest, makePair } from "./pair";
import { NA } from "./ratings-csv";
import type { Rater } from "./session-file";
import { type Label, LABELS } from "./task";

const PAIR_COLUMNS = ["question_id", "question", "model_output_1", "model_output_2"] as const;
const RATER_COLUMN = /^ann\d+$/;

type Row = CsvRow<(typeof PAIR_COLUMNS)[number]>;

/**
 * Reads labels in the published layout: `question_id, question, model_output_1, model_output_2, ann1 … annN`, a row a
 * pair, each label Y, N, NA or empty for none. Other columns are passed over.
 *
 * @throws InputError naming file, row and column: no rows, no rater, an empty cell of a pair, another label.
 */
export function importLabels(text: string, file: string, digest: Digest): Promise<LabelTable> {
  return readTable(text, file, digest, (row, column) => readLabel(row, column, file));
}

/**
 * The same with numbers for labels, such as how alike two answers are from 1 to 5; "NA" may stand among them.
 * Null if no rater's cell holds a number: then the file is one for `importLabels`. Errors as there.
 */
export async function importScaleRatings(
  text: string,
  file: string,
  digest: Digest,
): Promise<LabelTable<Rating> | null> {
  let numbers = 0;
  const table = await readTable(text, file, digest, ({ row, values }, column) => {
    const cell = values[column]!.trim();
    if (cell === "") return null;
    const number = Number(cell);
    if (Number.isFinite(number)) numbers++;
    return Number.isFinite(number) ? number : { row, column, cell };
  });
  if (numbers === 0) return null;
  const rows = table.rows.map(({ pair, labels }) => ({
    pair,
    labels: labels.map((label) => {
      if (label === null || typeof label === "number") return label;
      const { cell, ...place } = label;
      if (cell === NA) return NA;
      const remedy = "Write it like 3 or 0.71, NA, or leave it empty if there is none.";
      throw new InputError({ file, ...place }, `"${cell}" is no number, as others are`, remedy);
    }),
  }));
  return { raters: table.raters, rows };
}

async function readTable<Cell>(
  text: string,
  file: string,
  digest: Digest,
  read: (row: Row, column: string) => Cell,
) {
  const { columns, rows } = readPairRows(text, file);
  const raters = columns.filter((name) => RATER_COLUMN.test(name));
  if (raters.length === 0) {
    const place = { file, row: 1, column: "ann1" };
    throw new InputError(place, "there is no rater", "Name the raters' columns ann1, ann2, …");
  }
  const pairs = await toPairs(rows, file, digest);
  return {
    raters: raters.map((name): Rater => ({ name, kind: "person" })),
    rows: rows.map((row, i) => ({
      pair: pairs[i]!,
      labels: raters.map((column) => read(row, column)),
    })),
  };
}

/** Reads the pairs to make a task of: the published layout without the raters. Errors as `importLabels`. */
export async function importPairs(
  text: string,
  file: string,
  digest: Digest,
): Promise<AnswerPair[]> {
  return toPairs(readPairRows(text, file).rows, file, digest);
}

/**
 * Writes people's labels in the published layout, formula-injection-safe. Models are left out: the layout cannot mark
 * them. Raters become ann1, ann2, … in the table's order, and so stay anonymous.
 *
 * @param finals  [rows] final labels, as two more columns `final` and `provenance`.
 */
export function exportLabels(table: LabelTable, finals?: readonly FinalLabel[]): string {
  const { raters, rows } = ratersOfKind(table, "person");
  const columns = raters.map((_, i) => `ann${i + 1}`);
  const records = rows.map(({ pair, labels }, row) => ({
    question_id: pair.questionId,
    question: pair.question,
    model_output_1: pair.answers[0].text,
    model_output_2: pair.answers[1].text,
    ...Object.fromEntries(columns.map((column, i) => [column, labels[i]!])),
    ...(finals && { final: finals[row]!.label, provenance: finals[row]!.provenance }),
  }));
  const all: string[] = [...PAIR_COLUMNS, ...columns, ...(finals ? ["final", "provenance"] : [])];
  return toCsv(all, records as Record<string, string | number | null>[]);
}

function readPairRows(text: string, file: string) {
  const { columns, rows } = parseCsv(text, file, PAIR_COLUMNS);
  if (rows.length > 0) return { columns, rows };
  throw new InputError({ file }, "there are no rows below the header", "Add one row a pair.");
}

function toPairs(rows: readonly Row[], file: string, digest: Digest): Promise<AnswerPair[]> {
  const contents = rows.map(({ row, values }) => {
    const empty = PAIR_COLUMNS.find((column) => values[column].trim() === "");
    if (empty !== undefined) {
      const place = { file, row, column: empty };
      throw new InputError(place, "the cell is empty", "Fill it in or remove the row.");
    }
    return {
      questionId: parseQuestionId(values.question_id),
      question: values.question,
      answers: [
        { id: `row ${row}, 1`, text: values.model_output_1 },
        { id: `row ${row}, 2`, text: values.model_output_2 },
      ] satisfies AnswerPair["answers"],
    };
  });
  return Promise.all(contents.map((content) => makePair(content, digest)));
}

function readLabel({ row, values }: Row, column: string, file: string): Label | null {
  const cell = values[column]!.trim();
  if (cell === "") return null;
  const label = LABELS.find((known) => known === cell);
  if (label !== undefined) return label;
  const remedy = `Write ${LABELS.join(", ")}, or leave it empty if there is none.`;
  throw new InputError({ file, row, column }, `"${cell}" is no label`, remedy);
}
