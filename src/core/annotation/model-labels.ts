/** A model's labels recorded elsewhere, as a table of its own: they join a set of pairs as one rater marked a model. */
import { parseQuestionId } from "../corpus/corpus";
import { type CsvRow, parseCsv, toCsv } from "../format/csv";
import { InputError } from "../format/input-error";
import type { Rating } from "../statistics/alpha-level";
import { canonicalJson } from "./canonical-json";
import { isLabelTable, type LabelTable, withModel } from "./label-table";
import { matchPairs, type PairTexts, textsOf } from "./match-pairs";
import { raterKey, type Refusal } from "./merge";
import { raterPrompt } from "./model-rater";
import { type Label, LABELS, type LabelTask } from "./task";

const TEXT_COLUMNS = ["question_id", "model_output_1", "model_output_2"] as const;

/** A row names its pair by its id, or by question and both texts. */
export interface ModelLabel {
  readonly pair: { readonly id: string } | PairTexts;
  /** Null for an empty cell: the model gave none. */
  readonly label: Label | null;
}

export interface ModelLabels {
  readonly source: string;
  readonly model: string;
  readonly labels: readonly ModelLabel[];
}

/** Whether a table's header is that of a model's labels: a column `label`, and none of raters. */
export function isModelLabels(columns: readonly string[]): boolean {
  return columns.includes("label") && !columns.some((name) => /^ann\d+$/.test(name));
}

/**
 * Reads a model's labels: `pair_id, label`, or `question_id, model_output_1, model_output_2, label`, a row a pair, each
 * label Y, N, NA or empty. The model is named by the column `model`, else by the file.
 *
 * @throws InputError naming file, row and column: no rows, no column that names pairs, two models, another label.
 */
export function importModelLabels(text: string, file: string): ModelLabels {
  const byId = parseCsv(text, file, ["label"]).columns.includes("pair_id");
  const required: readonly string[] = [...(byId ? ["pair_id"] : TEXT_COLUMNS), "label"];
  const { rows } = parseCsv(text, file, required);
  const [first] = rows;
  if (first === undefined) {
    throw new InputError({ file }, "there are no rows below the header", "Add one row a pair.");
  }
  const model = first.values["model"]?.trim() || file.replace(/\.csv$/i, "");
  const labels = rows.map((row): ModelLabel => {
    const name = row.values["model"]?.trim();
    if (name !== undefined && name !== "" && name !== model) {
      const problem = `"${name}" is another model than "${model}" above`;
      throw new InputError({ file, row: row.row, column: "model" }, problem, "Use a file a model.");
    }
    return {
      pair: byId ? { id: cellOf(row, "pair_id", file) } : textsIn(row, file),
      label: labelOf(row, file),
    };
  });
  return { source: file, model, labels };
}

/**
 * The table with each file's model as one more rater. Order does not matter and equal files count once; models of one
 * name are kept apart by their files' names, and by numbers where these are the same. A file with a pair that is not here, or here twice, is refused.
 */
export function addModelLabels(
  table: LabelTable<Rating>,
  files: readonly ModelLabels[],
): { readonly table: LabelTable<Rating>; readonly refused: readonly Refusal[] } {
  const keyed = files.map((file) => ({ file, key: canonicalJson([file.model, file.labels]) }));
  keyed.sort((a, b) => compare(a.key, b.key) || compare(a.file.source, b.file.source));
  const distinct = keyed.filter(({ key }, i) => key !== keyed[i - 1]?.key);
  const refused: Refusal[] = [];
  let all = table;
  for (const { file } of distinct) {
    const found = isLabelTable(all) ? labelsById(all, file) : NUMBERS_HERE;
    if (typeof found === "string") {
      refused.push({ source: file.source, reason: found });
      continue;
    }
    const isTaken = (name: string) =>
      all.raters.some((rater) => raterKey(rater) === raterKey({ name, kind: "model" }));
    const isShared =
      isTaken(file.model) ||
      distinct.some((other) => other.file !== file && other.file.model === file.model);
    const base = isShared ? `${file.model} (${file.source})` : file.model;
    let name = base;
    for (let k = 2; isTaken(name); k++) name = `${base} ${k}`;
    all = withModel(all as LabelTable, name, found);
  }
  return { table: all, refused };
}

/**
 * A task as a sheet to fill in elsewhere, such as in a batch of an API: each pair with the prompt that a model is asked
 * here. With its column `label` filled in, it is what `importModelLabels` reads.
 */
export function exportModelSheet(task: LabelTask): string {
  const pairs = new Map(task.pairs.map((pair) => [pair.id, pair]));
  const records = task.items.flatMap((item) => {
    if (item.role !== "pair") return [];
    const { id, questionId, answers } = pairs.get(item.pairId)!;
    return {
      pair_id: id,
      question_id: questionId,
      model_output_1: answers[0].text,
      model_output_2: answers[1].text,
      prompt: raterPrompt(task, item),
      label: null,
    };
  });
  return toCsv(["pair_id", ...TEXT_COLUMNS, "prompt", "label"], records);
}

const NUMBERS_HERE = `its labels are ${LABELS.join(", ")}, where the ratings here are numbers`;

/** By id of the table's pairs, or why the file cannot join. */
function labelsById({ rows }: LabelTable, { labels }: ModelLabels): Map<string, Label> | string {
  const ids = new Set(rows.map(({ pair }) => pair.id));
  const places = matchPairs(
    labels.flatMap(({ pair }) => ("id" in pair ? [] : [pair])),
    rows.map(({ pair }) => textsOf(pair)),
  );
  const found = new Map<string, Label>();
  const seen = new Set<string>();
  let next = 0;
  for (const [i, { pair, label }] of labels.entries()) {
    const place = "id" in pair ? null : places[next++]!;
    const id = "id" in pair ? pair.id : place === null ? null : rows[place]!.pair.id;
    if (id === null || !ids.has(id)) return `row ${i + 1} is of a pair that is not here`;
    if (seen.has(id)) return `row ${i + 1} is of a pair that an earlier row has labelled`;
    seen.add(id);
    if (label !== null) found.set(id, label);
  }
  return found;
}

function textsIn(row: CsvRow<string>, file: string): PairTexts {
  const [id, first, second] = TEXT_COLUMNS.map((column) => cellOf(row, column, file));
  return { questionId: parseQuestionId(id!), texts: [first!, second!] };
}

function cellOf({ row, values }: CsvRow<string>, column: string, file: string): string {
  const cell = values[column]!;
  if (cell.trim() !== "") return cell;
  throw new InputError({ file, row, column }, "the cell is empty", "Fill it in or remove the row.");
}

function labelOf({ row, values }: CsvRow<string>, file: string): Label | null {
  const cell = values["label"]!.trim();
  if (cell === "") return null;
  const label = LABELS.find((known) => known === cell);
  if (label !== undefined) return label;
  const remedy = `Write ${LABELS.join(", ")}, or leave it empty if the model gave none.`;
  throw new InputError({ file, row, column: "label" }, `"${cell}" is no label`, remedy);
}

function compare(a: string, b: string): number {
  return a === b ? 0 : a < b ? -1 : 1;
}
