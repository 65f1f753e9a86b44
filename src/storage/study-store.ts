import type { StudyStore } from "../core/study/ports";
import { saveAdapter } from "./adapters";
import { saveAnswers } from "./answers";
import type { Database } from "./db";
import { saveReport } from "./reports";

/** A run's results in the database, each written as soon as it exists. */
export function databaseStore(db: Database, runId: string): StudyStore {
  return {
    saveAnswers: (set, answers) => saveAnswers(db, runId, set, answers),
    saveAdapter: (cycle, role, weights) => saveAdapter(db, runId, cycle, role, weights),
    saveReport: (report) => saveReport(db, runId, report),
  };
}
