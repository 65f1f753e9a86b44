import Papa from "papaparse";
import { guardFormulas, unguardFormulas } from "./formula-guard";
import { InputError } from "./input-error";

export interface CsvRow<Column extends string> {
  /** As a spreadsheet counts: the header is row 1. Blank lines count, line breaks inside a cell don't. */
  readonly row: number;
  /** Cell text by column. Required columns are always there; others by the file's own names. */
  readonly values: Readonly<Record<Column, string>> & Readonly<Record<string, string | undefined>>;
}

export interface CsvTable<Column extends string> {
  readonly columns: readonly string[];
  readonly rows: readonly CsvRow<Column>[];
}

/**
 * Reads a comma-separated table with a header (RFC 4180). A byte order mark, blank lines and columns without a
 * name are passed over; a ' that `toCsv` put before a formula is taken away again.
 *
 * @param file      name for messages.
 * @param required  columns the table must have; it may have more.
 * @throws InputError for a missing or doubled column, a row longer or shorter than the header, or a broken quote.
 */
export function parseCsv<Column extends string>(
  text: string,
  file: string,
  required: readonly Column[],
): CsvTable<Column> {
  const { data, errors } = Papa.parse(text, { delimiter: "," }); // strips the byte order mark
  const [header = [], ...records] = data;
  const columns = header.map((name) => unguardFormulas(name.trim()));

  const [error] = errors;
  if (error) throw quoteError(error.row, error.code, data[error.row] ?? [], columns, file);
  checkColumns(columns, required, file);
  if (isBlank(records.at(-1))) records.pop(); // the line break that ends the last row

  const rows = records.flatMap((record, index) => {
    if (columns.length > 1 && isBlank(record)) return [];
    const row = index + 2;
    if (record.length !== columns.length) throw raggedError(record.length, columns, { file, row });
    const cells = record.map((cell, i) => [columns[i]!, unguardFormulas(cell)] as const);
    const values = Object.fromEntries(cells) as CsvRow<Column>["values"];
    return [{ row, values }];
  });
  return { columns: columns.filter((name) => name !== ""), rows };
}

/**
 * Writes a table for spreadsheets and for `parseCsv` (RFC 4180, CRLF). Text that a spreadsheet could run as a
 * formula gets a leading '; numbers are written as they are, at full precision. null becomes an empty cell.
 *
 * @throws RangeError for a number that is not finite: undefined results are null.
 */
export function toCsv<Column extends string>(
  columns: readonly Column[],
  rows: readonly Readonly<Record<Column, string | number | null>>[],
): string {
  const cell = (value: string | number | null): string => {
    if (value === null) return "";
    if (typeof value === "string") return quote(guardFormulas(value));
    if (!Number.isFinite(value)) throw new RangeError(`cannot write ${value} to a table; use null`);
    return String(value);
  };
  const records = rows.map((row) => columns.map((column) => cell(row[column])));
  return [columns.map(cell), ...records].map((record) => `${record.join(",")}\r\n`).join("");
}

function quote(text: string): string {
  return /[",\r\n]|^\s|\s$/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

function isBlank(record: readonly string[] | undefined): boolean {
  return record?.length === 1 && record[0]!.trim() === "";
}

function checkColumns(columns: readonly string[], required: readonly string[], file: string): void {
  const missing = required.find((name) => !columns.includes(name));
  if (missing !== undefined) {
    const found = columns.map((name) => `"${name}"`).join(", ") || "no header";
    const hint = /[;\t]/.test(columns.join()) ? " Save it with commas between the columns." : "";
    const remedy = `Name the column so in the first row.${hint}`;
    const problem = `the column is missing; the file has ${found}`;
    throw new InputError({ file, row: 1, column: missing }, problem, remedy);
  }
  const doubled = columns.find((name, i) => name !== "" && columns.indexOf(name) !== i);
  if (doubled !== undefined) {
    const place = { file, row: 1, column: doubled };
    throw new InputError(place, "two columns have this name", "Rename or remove one of them.");
  }
}

function raggedError(
  length: number,
  columns: readonly string[],
  place: { file: string; row: number },
): InputError {
  const column = columns[Math.min(length, columns.length - 1)]!;
  const problem = `the row has ${length} cells where the header has ${columns.length}`;
  const remedy = 'Put "…" round text with commas or line breaks, and write "" for a quote inside.';
  return new InputError({ ...place, column }, problem, remedy);
}

function quoteError(
  index: number,
  code: "MissingQuotes" | "InvalidQuotes",
  record: readonly string[],
  columns: readonly string[],
  file: string,
): InputError {
  const column = columns[record.length - 1];
  const place = { file, row: index + 1, ...(column !== undefined && { column }) };
  return code === "MissingQuotes"
    ? new InputError(place, "a quote is opened and never closed", 'Close the text with ".')
    : new InputError(place, "text follows a closing quote", 'Write a quote inside text as "".');
}
