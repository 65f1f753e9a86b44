import type { StudyReport } from "../core/format/report";
import type { Database } from "./db";
import { write } from "./write";

export interface ReportRow {
  readonly runId: string;
  readonly report: StudyReport;
}

export async function saveReport(db: Database, runId: string, report: StudyReport): Promise<void> {
  await write(db, ["reports"], (tx) => tx.objectStore("reports").put({ runId, report }), report);
}

/** Null where the run has not come to its end. */
export async function reportOf(db: Database, runId: string): Promise<StudyReport | null> {
  return (await db.get("reports", runId))?.report ?? null;
}
