import { InputError } from "../format/input-error";
import { messageOf } from "../message-of";
import { IMPORT_LIMITS } from "./limits";
import { type Batch, isTooDeep, recordOf, type Rejection, type SourceRecord } from "./record";

const BATCH = 1_000;

/**
 * Reads a list of objects from JSON, or an object that holds one such list under any name, or is a
 * question itself.
 * @throws InputError for no JSON, or several lists in it.
 */
export async function* jsonRecords(
  parts: AsyncIterable<string>,
  file: string,
): AsyncGenerator<Batch> {
  let text = "";
  for await (const part of parts) {
    text += part;
    if (text.length > IMPORT_LIMITS.bytes / 2) {
      const problem = `JSON of more than ${IMPORT_LIMITS.bytes >> 21} million characters`;
      throw new InputError({ file }, problem, "Write it as JSONL, an object a line.");
    }
  }
  const list = listIn(parse(text, file), file);
  yield* inBatches(
    list.map((entry, i) => ({ row: i + 1, entry })),
    "entry",
  );
}

/** Reads JSONL: an object a line. A line that is none is rejected. Blank lines are passed over. */
export async function* jsonLines(
  parts: AsyncIterable<string>,
  file: string,
): AsyncGenerator<Batch> {
  const columns = new Set<string>();
  let line = 0;
  for await (const lines of wholeLines(parts, file)) {
    const entries = lines.flatMap((text) => {
      line++;
      if (text.trim() === "") return [];
      try {
        return { row: line, entry: JSON.parse(text) as unknown };
      } catch (error) {
        return { row: line, entry: undefined, fault: messageOf(error) };
      }
    });
    yield* inBatches(entries, "line", columns);
  }
}

/** Lines of a text that comes in parts, without their ends. */
export async function* wholeLines(
  parts: AsyncIterable<string>,
  file: string,
): AsyncGenerator<string[]> {
  let rest = "";
  let count = 0;
  for await (const part of parts) {
    const lines = (rest + part).split("\n");
    rest = lines.pop()!;
    count += lines.length;
    if (rest.length > IMPORT_LIMITS.record) {
      const problem = `a line is longer than ${IMPORT_LIMITS.record >> 20} million characters`;
      throw new InputError({ file, row: count + 1 }, problem, "Write one object or text a line.");
    }
    yield lines.map(withoutReturn);
  }
  if (rest !== "") yield [withoutReturn(rest)];
}

const withoutReturn = (line: string) => (line.endsWith("\r") ? line.slice(0, -1) : line);

interface Entry {
  readonly row: number;
  readonly entry: unknown;
  readonly fault?: string;
}

function* inBatches(
  entries: readonly Entry[],
  what: "entry" | "line",
  columns = new Set<string>(),
): Generator<Batch> {
  for (let from = 0; from < entries.length; from += BATCH) {
    const records: SourceRecord[] = [];
    const rejected: Rejection[] = [];
    for (const { row, entry, fault } of entries.slice(from, from + BATCH)) {
      const reason = fault === undefined ? problemOf(entry, what) : `no JSON (${fault}). Check it.`;
      if (reason !== null) {
        rejected.push({ row, column: null, reason });
        continue;
      }
      const record = recordOf(row, entry as object);
      for (const name of Object.keys(record.values)) columns.add(name);
      records.push(record);
    }
    yield { columns: [...columns].slice(0, IMPORT_LIMITS.columns), records, rejected };
  }
}

function problemOf(entry: unknown, what: string): string | null {
  if (typeof entry !== "object" || entry === null || Array.isArray(entry)) {
    return `the ${what} is no object. Write {"question": …}.`;
  }
  if (!isTooDeep(entry)) return null;
  return `lists lie more than ${IMPORT_LIMITS.depth} deep in one another. Flatten the ${what}.`;
}

function parse(text: string, file: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const problem = `this is not JSON (${messageOf(error)})`;
    throw new InputError({ file }, problem, "Check that the file is complete.");
  }
}

function listIn(value: unknown, file: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  const isObject = (item: unknown) => typeof item === "object" && item !== null;
  const lists = Object.values(value ?? {}).filter(
    (inner): inner is unknown[] => Array.isArray(inner) && isObject(inner[0]),
  );
  if (lists.length === 1) return lists[0]!;
  if (lists.length === 0 && isObject(value)) return [value];
  const problem =
    lists.length === 0 ? "there is no list in it" : `there are ${lists.length} lists in it`;
  throw new InputError({ file }, problem, "Write one list of questions: [{…}, {…}].");
}
