/** Writes a corpus as the file it came from held it. */
import type { Corpus, Question } from "../corpus/corpus";
import { toCsv } from "../format/csv";
import { keptColumns } from "./mapped";
import type { CorpusOrigin } from "./origin";
import { type Json, textOf } from "./record";
import { columnsOf, type Role } from "./roles";

type Values = Readonly<Record<string, Json>>;

export interface ExportedFile {
  readonly name: string;
  readonly type: string;
  readonly text: string;
}

/**
 * A corpus in the format and container of its file, all columns included; a Parquet file is written as JSONL. Reading
 * it gives the same corpus. Rows of one question stand together.
 *
 * @throws RangeError if the corpus came from no file.
 */
export function exportOriginal(corpus: Corpus): ExportedFile {
  const { name, origin } = corpus;
  if (!origin) throw new RangeError(`${name} came from no file; export it in MCC's columns`);
  const rows = origin.mapped ? mappedRows(corpus, origin) : keptRows(origin);
  switch (origin.container) {
    case "csv":
      return { name: `${name}.csv`, type: "text/csv", text: csvOf(origin.columns, rows) };
    case "json":
      return {
        name: `${name}.json`,
        type: "application/json",
        text: `[\n${rows.map((row) => JSON.stringify(row)).join(",\n")}\n]\n`,
      };
    case "lines":
      return { name: `${name}.txt`, type: "text/plain", text: rows.map(linesOf).join("") };
    case "jsonl":
    case "parquet":
      return {
        name: `${name}.jsonl`,
        type: "application/jsonl",
        text: rows.map((row) => `${JSON.stringify(row)}\n`).join(""),
      };
  }
}

function csvOf(columns: readonly string[], rows: readonly Values[]): string {
  const cell = (value: Json | undefined) =>
    typeof value === "string" || typeof value === "number" ? value : null;
  return toCsv(
    columns,
    rows.map((row) => Object.fromEntries(columns.map((column) => [column, cell(row[column])]))),
  );
}

/** Six lines a task: context, index of the right ending, endings. */
function linesOf({ ctx, label, endings }: Values): string {
  return [ctx, label, ...(endings as readonly Json[])]
    .map(
      (line) => `${textOf(line) ?? ""}
`,
    )
    .join("");
}

function keptRows({ columns, kept }: CorpusOrigin): Values[] {
  const byColumn = new Map(kept.map(({ column, values }) => [column, values]));
  const count = kept[0]?.values.length ?? 0;
  return Array.from({ length: count }, (_, i) =>
    Object.fromEntries(columns.map((column) => [column, byColumn.get(column)?.[i] ?? null])),
  );
}

function mappedRows({ questions }: Corpus, { columns, kept, mapped }: CorpusOrigin): Values[] {
  const { roles, layout } = mapped!;
  const keptNames = keptColumns(roles, columns);
  const values = keptNames.map((name) => kept.find(({ column }) => column === name)?.values ?? []);
  const of = (role: Role) => columnsOf(roles, role, columns);
  let row = 0;
  const rowOf = (cells: Values): Values => {
    const rest = keptNames.map((name, i) => [name, values[i]![row] ?? null] as const);
    row++;
    const all: Values = { ...Object.fromEntries(rest), ...cells };
    return Object.fromEntries(columns.map((column) => [column, all[column] ?? null]));
  };
  const common = ({ id, text, topic }: Question) =>
    Object.fromEntries([
      ...of("id").map((column) => [column, id] as const),
      ...of("question").map((column) => [column, text] as const),
      ...of("topic").map((column) => [column, topic] as const),
    ]);
  const cellsAt = ({ paraphrases, recorded }: Question, i: number, column: number): Values =>
    Object.fromEntries(
      (
        [
          [of("wording")[column], paraphrases[i] ?? null],
          [of("answer")[column], recorded?.[i]?.text ?? null],
          [of("rule")[column], recorded?.[i]?.rot ?? null],
        ] as const
      ).filter(([name]) => name !== undefined) as [string, Json][],
    );

  switch (layout) {
    case "long":
      return questions.flatMap((question) =>
        question.paraphrases.map((_, i) =>
          rowOf({ ...common(question), ...cellsAt(question, i, 0) }),
        ),
      );
    case "wide":
      return questions.map((question) => {
        const cells = of("wording").map((_, i) => cellsAt(question, i, i));
        return rowOf(Object.assign({}, common(question), ...cells) as Values);
      });
    case "list":
      return questions.map((question) => {
        const { paraphrases, recorded } = question;
        const lists = (
          [
            [of("wording")[0], paraphrases],
            [of("answer")[0], recorded?.map(({ text }) => text) ?? null],
            [of("rule")[0], recorded?.map(({ rot }) => rot) ?? null],
          ] as const
        ).filter(([name]) => name !== undefined);
        return rowOf({ ...common(question), ...(Object.fromEntries(lists) as Values) });
      });
  }
}
