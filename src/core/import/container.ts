import { csvRecords } from "./csv-records";
import { jsonLines, jsonRecords } from "./json-records";
import type { Batch } from "./record";
import { isTaskLines, taskLines } from "./task-lines";

/** How a file holds its records, whatever these mean. */
export type Container = "csv" | "json" | "jsonl" | "lines" | "parquet";

/** Characters of a file's beginning that tell what it is. */
export const START = 64 * 1024;

const PARQUET = "PAR1";

/** By the file's first characters; its name decides where these leave it open. */
export function containerOf(file: string, start: string): Container {
  if (start.startsWith(PARQUET)) return "parquet";
  const text = start.trimStart();
  if (text.startsWith("[")) return "json";
  if (text.startsWith("{")) return isLines(file, text) ? "jsonl" : "json";
  return isTaskLines(start) ? "lines" : "csv";
}

/** Whether the first line is an object of its own. */
function isLines(file: string, text: string): boolean {
  const end = text.indexOf("\n");
  const isNamed = /\.(jsonl|ndjson)$/i.test(file);
  try {
    JSON.parse(end === -1 ? text : text.slice(0, end));
    return isNamed || (end !== -1 && text.slice(end).trim() !== "");
  } catch {
    return isNamed; // a first line that is broken, or longer than what was looked at
  }
}

/** @throws InputError for what is not such a file at all. */
export function textRecords(
  container: Exclude<Container, "parquet">,
  parts: AsyncIterable<string>,
  file: string,
): AsyncGenerator<Batch> {
  switch (container) {
    case "csv":
      return csvRecords(parts, file);
    case "json":
      return jsonRecords(parts, file);
    case "jsonl":
      return jsonLines(parts, file);
    case "lines":
      return taskLines(parts, file);
  }
}
