import { InputError } from "../format/input-error";
import { messageOf } from "../message-of";
import { IMPORT_LIMITS } from "./limits";
import {
  type Batch,
  isTooDeep,
  type Json,
  recordOf,
  type Rejection,
  type SourceRecord,
} from "./record";

/** Bytes of a file that can be read from anywhere in it. */
export interface RandomAccess {
  readonly byteLength: number;
  slice(start: number, end?: number): ArrayBuffer | Promise<ArrayBuffer>;
}

const BATCH = 10_000;

/**
 * Reads a table in Parquet, some rows at a time. The package that can is loaded only now.
 * @throws InputError for a broken file, or a compression that the package does not undo (it knows none and Snappy).
 */
export async function* parquetRecords(file: RandomAccess, name: string): AsyncGenerator<Batch> {
  const { parquetMetadataAsync, parquetReadObjects } = await import("hyparquet");
  const metadata = await readable(name, () => parquetMetadataAsync(file));
  const rows = Number(metadata.num_rows);
  if (!(rows >= 0 && rows <= IMPORT_LIMITS.rows)) {
    const problem = `there are more than ${IMPORT_LIMITS.rows / 1_000_000} million rows`;
    throw new InputError({ file: name }, problem, "Import it in parts.");
  }
  const columns = new Set<string>();
  for (let from = 0; from < rows; from += BATCH) {
    const rowEnd = Math.min(rows, from + BATCH);
    const objects = await readable(name, () =>
      parquetReadObjects({ file, metadata, rowStart: from, rowEnd }),
    );
    const records: SourceRecord[] = [];
    const rejected: Rejection[] = [];
    objects.forEach((object, i) => {
      const row = from + i + 1;
      if (isTooDeep(object))
        rejected.push({
          row,
          column: null,
          reason: "lists lie too deep in one another. Flatten them.",
        });
      else records.push(recordOf(row, plainOf(object) as object));
    });
    for (const { values } of records) for (const column of Object.keys(values)) columns.add(column);
    yield { columns: [...columns].slice(0, IMPORT_LIMITS.columns), records, rejected };
  }
}

/** What JSON can hold: whole numbers of 64 bits become numbers, dates text, bytes nothing. */
function plainOf(value: unknown): Json {
  if (typeof value === "bigint") return Number(value);
  if (value instanceof Date) return value.toISOString();
  if (ArrayBuffer.isView(value)) return null;
  if (Array.isArray(value)) return value.map(plainOf);
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, plainOf(inner)]));
  }
  return typeof value === "string" || typeof value === "number" || typeof value === "boolean"
    ? value
    : null;
}

async function readable<T>(file: string, read: () => T | Promise<T>): Promise<T> {
  try {
    return await read();
  } catch (error) {
    const problem = `this Parquet file could not be read (${messageOf(error)})`;
    throw new InputError(
      { file },
      problem,
      "Write it again with Snappy or without compression, or as CSV.",
    );
  }
}
