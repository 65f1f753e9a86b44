import { InputError } from "../format/input-error";
import { messageOf } from "../message-of";
import { IMPORT_LIMITS } from "./limits";
import type { RandomAccess, RowGroupColumns } from "./parquet/file";
import { type Batch, isTooDeep, type Json, type Rejection, type SourceRecord } from "./record";

const BATCH = 10_000;

/**
 * Reads a table in Parquet, some rows at a time. The package that can is loaded only now.
 * @throws InputError for a broken file, one that unfolds into more than is read, or a compression that is not undone
 *         (none and Snappy are).
 */
export async function* parquetRecords(file: RandomAccess, name: string): AsyncGenerator<Batch> {
  try {
    const { readRowGroups } = await import("./parquet/file");
    const { Budget } = await import("./parquet/budget");
    // A value of a dictionary stands once in the file and in any number of rows.
    const text = new Budget(IMPORT_LIMITS.bytes, "characters");
    let row = 1;
    for await (const group of readRowGroups(file)) {
      const columns = group.columns.map(([column]) => column).slice(0, IMPORT_LIMITS.columns);
      for (let from = 0; from < group.rows; from += BATCH) {
        const end = Math.min(group.rows, from + BATCH);
        const { records, rejected } = recordsOf(group, from, end, row, (size) => text.take(size));
        row += end - from;
        yield { columns, records, rejected };
      }
    }
  } catch (error) {
    const problem = `this Parquet file could not be read (${messageOf(error)})`;
    const remedy =
      "Write it again with Snappy or without compression, or as CSV; in parts if it is large.";
    throw new InputError({ file: name }, problem, remedy);
  }
}

function recordsOf(
  { columns }: RowGroupColumns,
  from: number,
  end: number,
  firstRow: number,
  take: (size: number) => void,
): { records: SourceRecord[]; rejected: Rejection[] } {
  const records: SourceRecord[] = [];
  const rejected: Rejection[] = [];
  for (let i = from; i < end; i++) {
    const row = firstRow + i - from;
    const cells = Object.create(null) as Record<string, Json>; // a column may have any name
    let isSound = true;
    for (const [name, values] of columns) {
      const value: unknown = values[i];
      weigh(value, take);
      isSound &&= !isTooDeep(value, IMPORT_LIMITS.depth - 1);
      if (isSound) cells[name] = plainOf(value);
    }
    if (isSound) records.push({ row, values: cells });
    else {
      const reason = "lists lie too deep in one another. Flatten them.";
      rejected.push({ row, column: null, reason });
    }
  }
  return { records, rejected };
}

/** Tells the size of a value before anything is done with all of it; as far down as is read. */
function weigh(
  value: unknown,
  take: (size: number) => void,
  left: number = IMPORT_LIMITS.depth,
): void {
  take(typeof value === "string" ? 1 + value.length : 1);
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value) || left === 0)
    return;
  for (const inner of Object.values(value)) weigh(inner, take, left - 1);
}

/** What JSON can hold: whole numbers of 64 bits become numbers, or text beyond 2^53, dates text, bytes nothing. */
function plainOf(value: unknown): Json {
  if (typeof value === "bigint") {
    const number = Number(value);
    return Number.isSafeInteger(number) ? number : String(value); // two ids must not become one
  }
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (ArrayBuffer.isView(value)) return null;
  if (Array.isArray(value)) return value.map(plainOf);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainOf(inner)]));
  }
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? value
    : null;
}
