/** A file as records, whatever holds them: a table, JSON, lines. */
import { IMPORT_LIMITS } from "./limits";

export type Json =
  string | number | boolean | null | readonly Json[] | { readonly [key: string]: Json };

export interface SourceRecord {
  /** In a table as a spreadsheet counts, the header being row 1; in JSON the entry, in a text file the line, from 1. */
  readonly row: number;
  /** Without a prototype: a column may have any name. */
  readonly values: Readonly<Record<string, Json | undefined>>;
}

/** A row that is not imported. */
export interface Rejection {
  readonly row: number | null;
  readonly column: string | null;
  /** What is wrong and what to do. */
  readonly reason: string;
}

/** Part of a file. */
export interface Batch {
  /** Names of the columns so far, in the file's order. */
  readonly columns: readonly string[];
  readonly records: readonly SourceRecord[];
  readonly rejected: readonly Rejection[];
}

export function reject(record: SourceRecord, column: string | null, reason: string): Rejection {
  return { row: record.row, column, reason };
}

export const isRejection = (value: object): value is Rejection => "reason" in value;

/** A cell as text; null where there is none. Numbers and truth values are taken as JSON writes them. */
export function textOf(value: Json | undefined): string | null {
  if (typeof value === "string") return value;
  return typeof value === "number" || typeof value === "boolean" ? String(value) : null;
}

/** Copies an object from JSON into a record, so that no name is inherited. */
export function recordOf(row: number, object: object): SourceRecord {
  const values = Object.assign(Object.create(null) as object, object) as SourceRecord["values"];
  return { row, values };
}

/** Whether lists and objects lie deeper within one another than is read, or have a name that every object inherits. */
export function isTooDeep(value: unknown, left: number = IMPORT_LIMITS.depth): boolean {
  if (typeof value !== "object" || value === null || ArrayBuffer.isView(value)) return false;
  if (left === 0 || (left < IMPORT_LIMITS.depth && Object.hasOwn(value, "__proto__"))) return true;
  return Object.values(value).some((inner) => isTooDeep(inner, left - 1));
}

export const EMPTY = "the cell is empty. Fill it in or remove the row.";
