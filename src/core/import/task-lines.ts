/** HellaSwag as text, in the layout of SaGE's data: six lines a task. */
import { wholeLines } from "./json-records";
import { type Batch, recordOf, type Rejection, type SourceRecord } from "./record";

const LINES = 6;
export const TASK_COLUMNS = ["ctx", "label", "endings"] as const;

/** Whether a text begins as such a file does: context, a digit, endings, and again. */
export function isTaskLines(start: string): boolean {
  const lines = start.split(/\r?\n/);
  const isIndex = (line: string | undefined) => line !== undefined && /^[0-3]$/.test(line.trim());
  return isIndex(lines[1]) && (!lines[LINES + 1] || isIndex(lines[LINES + 1]));
}

/** Reads context, index of the right ending, and four endings a task, as HellaSwag's own columns. Row is the line. */
export async function* taskLines(
  parts: AsyncIterable<string>,
  file: string,
): AsyncGenerator<Batch> {
  let open: string[] = [];
  let line = 0;
  const batchOf = (records: SourceRecord[], rejected: Rejection[]): Batch => ({
    columns: TASK_COLUMNS,
    records,
    rejected,
  });
  for await (const lines of wholeLines(parts, file)) {
    const records: SourceRecord[] = [];
    for (const text of lines) {
      line++;
      if (open.length === 0 && text.trim() === "") continue;
      open.push(text);
      if (open.length < LINES) continue;
      const [ctx, label, ...endings] = open;
      records.push(recordOf(line - LINES + 1, { ctx, label, endings }));
      open = [];
    }
    yield batchOf(records, []);
  }
  if (open.length === 0) return;
  const reason = `the last task has ${open.length} lines. A task has ${LINES}: context, index, endings.`;
  yield batchOf([], [{ row: line - open.length + 1, column: null, reason }]);
}
