import type { StudyStore } from "../core/study/ports";
import { adapterOf, saveAdapter } from "./adapters";
import { answersOf, saveAnswers } from "./answers";
import { loadCheckpoint, saveCheckpoint } from "./checkpoints";
import type { Database } from "./db";
import { sha256OfBytes } from "./digest";
import { saveReport } from "./reports";

export interface StoreOptions {
  /** Checkpoints kept of the phase that trains. */
  readonly keep: number;
  /** Awaited before anything is saved: the events told until then are to be stored no later. */
  readonly before: () => Promise<void>;
  /** Hears why a checkpoint was refused; an older one takes its place. */
  readonly onRefused: (reason: string) => void;
}

/** A run's results in the database, each written as soon as it exists, and found there when the run goes on. */
export function databaseStore(
  db: Database,
  runId: string,
  { keep, before, onRefused }: StoreOptions,
): StudyStore {
  const saving =
    <Args extends unknown[]>(save: (...args: Args) => Promise<void>) =>
    async (...args: Args) => {
      await before();
      await save(...args);
    };
  return {
    saveAnswers: saving((set, answers) => saveAnswers(db, runId, set, answers)),
    loadAnswers: (set) => answersOf(db, runId, set),
    saveAdapter: saving((cycle, role, weights) => saveAdapter(db, runId, cycle, role, weights)),
    loadAdapter: (cycle, role) => adapterOf(db, runId, cycle, role),
    saveCheckpoint: saving((checkpoint) =>
      saveCheckpoint(db, runId, checkpoint, keep, sha256OfBytes),
    ),
    loadCheckpoint: async (phase) => {
      const { checkpoint, refused } = await loadCheckpoint(db, runId, phase, sha256OfBytes);
      refused.forEach(onRefused);
      return checkpoint;
    },
    saveReport: saving((report) => saveReport(db, runId, report)),
  };
}
