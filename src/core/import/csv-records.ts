import Papa from "papaparse";
import { unguardFormulas } from "../format/formula-guard";
import { InputError } from "../format/input-error";
import { IMPORT_LIMITS } from "./limits";
import type { Batch, Json, Rejection, SourceRecord } from "./record";

const DELIMITERS = [",", "\t", ";"];

/**
 * Reads a table with a header (RFC 4180; commas, tabs or semicolons between the cells) part by part: no more than one
 * part and one record is in memory. Blank lines and columns without a name are passed over. A row longer or shorter
 * than the header, or with a broken quote, is rejected, and reading goes on.
 *
 * @throws InputError for no header, two columns of one name, too many columns, or a record too long to be one.
 */
export async function* csvRecords(
  parts: AsyncIterable<string>,
  file: string,
): AsyncGenerator<Batch> {
  let parser: InstanceType<typeof Papa.Parser> | null = null;
  let header: Header | null = null;
  let rest = "";
  let row = 1;
  let newline = "\n";

  function read(given: string, isLast: boolean): Batch | null {
    let text = given;
    if (!parser) {
      const blank = blankLinesOf(given);
      text = given.slice(blank.length);
      // The first line tells how the file is written; it may not be whole yet.
      if (!isLast && !/[\r\n]./.test(text) && given.length <= IMPORT_LIMITS.record) {
        rest = given;
        return null;
      }
      row += blank.split(/\r\n|[\r\n]/).length - 1;
      const dialect = dialectOf(text);
      newline = dialect.newline;
      parser = new Papa.Parser(dialect);
    }
    const { data, errors, meta } = parser.parse(text, 0, !isLast);
    rest = text.slice(meta.cursor);
    if (rest.length > IMPORT_LIMITS.record && !isLast) {
      throw tooLong(file, (header ? row + 1 : row) + data.length);
    }
    // The first fault of a record is the cause; faults of the one that is not whole yet may be none.
    const faults = new Map(errors.toReversed().map(({ row, code }) => [row, code]));
    const records: SourceRecord[] = [];
    const rejected: Rejection[] = [];
    data.forEach((found, i) => {
      const cells = newline === "\n" ? withoutReturn(found) : found;
      if (!header) {
        header = headerOf(cells, file);
        return;
      }
      row++;
      if (cells.length === 1 && cells[0]!.trim() === "") return;
      const fault = faults.get(i);
      if (fault !== undefined) rejected.push(quoteFault(row, fault, cells, header));
      else if (cells.length !== header.all.length) rejected.push(raggedFault(row, cells, header));
      else records.push(toRecord(row, cells, header));
    });
    return header && { columns: header.columns, records, rejected };
  }

  for await (const part of parts) {
    const batch = read(rest + part, false);
    if (batch) yield batch;
  }
  const last = rest === "" ? null : read(rest, true);
  if (last) yield last;
  if (!header) throw noHeader(file);
}

/** The blank lines that a text begins with, whole with their ends. */
function blankLinesOf(text: string): string {
  const first = text.search(/\S/);
  const space = first === -1 ? text : text.slice(0, first);
  return space.slice(0, Math.max(space.lastIndexOf("\n"), space.lastIndexOf("\r")) + 1);
}

/** Of tables that were put together some lines may end with a carriage return more than the header's. */
function withoutReturn(cells: readonly string[]): readonly string[] {
  const last = cells.at(-1) ?? "";
  return last.endsWith("\r") ? [...cells.slice(0, -1), last.slice(0, -1)] : cells;
}

interface Header {
  /** Every column, those without a name too. */
  readonly all: readonly string[];
  readonly columns: readonly string[];
}

function headerOf(cells: readonly string[], file: string): Header {
  const all = cells.map((name) => unguardFormulas(name.trim()));
  const columns = all.filter((name) => name !== "");
  if (columns.length === 0) throw noHeader(file);
  if (columns.length > IMPORT_LIMITS.columns) {
    const problem = `the first row has ${columns.length} columns, more than ${IMPORT_LIMITS.columns}`;
    throw new InputError({ file, row: 1 }, problem, "Check that it is the header of a table.");
  }
  const doubled = columns.find((name, i) => columns.indexOf(name) !== i);
  if (doubled === undefined) return { all, columns };
  const place = { file, row: 1, column: doubled };
  throw new InputError(place, "two columns have this name", "Rename or remove one of them.");
}

function toRecord(row: number, cells: readonly string[], { all }: Header): SourceRecord {
  const values = Object.create(null) as Record<string, Json>;
  for (let i = 0; i < all.length; i++) {
    if (all[i] !== "") values[all[i]!] = unguardFormulas(cells[i]!);
  }
  return { row, values };
}

/** What separates cells, and rows, by the first line. */
function dialectOf(text: string): { delimiter: string; newline: string } {
  const bare = text.replace(/"[^"]*"/g, '""');
  const end = bare.search(/[\r\n]/);
  const line = end === -1 ? bare : bare.slice(0, end);
  const found = (delimiter: string) => line.split(delimiter).length;
  const delimiter = DELIMITERS.reduce((best, next) => (found(next) > found(best) ? next : best));
  const newline = /^\r\n|^[\r\n]/.exec(end === -1 ? "" : bare.slice(end))?.[0] ?? "\n";
  return { delimiter, newline };
}

function noHeader(file: string): InputError {
  const remedy = "The first row of a table names its columns.";
  return new InputError({ file }, "the file has no text", remedy);
}

function tooLong(file: string, row: number): InputError {
  const problem = `a record is longer than ${IMPORT_LIMITS.record >> 20} million characters`;
  return new InputError(
    { file, row },
    problem,
    'Look for a quote that is opened and never closed (").',
  );
}

function raggedFault(row: number, cells: readonly string[], { all }: Header): Rejection {
  const column = all[Math.min(cells.length, all.length - 1)]!;
  const problem = `the row has ${cells.length} cells where the header has ${all.length}`;
  const remedy = 'Put "…" round text with commas or line breaks, and write "" for a quote inside.';
  return { row, column, reason: `${problem}. ${remedy}` };
}

function quoteFault(
  row: number,
  code: "MissingQuotes" | "InvalidQuotes",
  cells: readonly string[],
  { all }: Header,
): Rejection {
  const column = all[cells.length - 1] ?? null;
  const lines = cells.join("").trimEnd().split("\n").length - 1;
  const swallowed = lines > 0 ? `, and ${lines} lines after it were taken for its own` : "";
  const reason =
    code === "MissingQuotes"
      ? 'a quote is opened and never closed, so nothing after it could be read. Close the text with ".'
      : `text follows a closing quote${swallowed}. Write a quote inside text as "".`;
  return { row, column, reason };
}
