/** A study in the database: from its start, or, where something of it is stored, from there. */
import type { Corpus } from "../src/core/corpus/corpus";
import type { StudyReport } from "../src/core/format/report";
import type { StudyPorts } from "../src/core/study/ports";
import { runStudy } from "../src/core/study/study";
import { unlessDeviceFails } from "../src/engine/device-failure";
import type { RunParams, RunProgress } from "../src/protocol/study";
import { openDatabase } from "../src/storage/db";
import { eventsOf } from "../src/storage/events";
import { bindTo } from "../src/storage/leases";
import { databaseStore } from "../src/storage/study-store";
import { EventLog } from "./event-log";

export interface StudyCall {
  readonly signal: AbortSignal;
  readonly pause: AbortSignal;
  readonly progress: (progress: RunProgress) => void;
}

/** @throws PausedError, DeviceLostError, GpuError, or whatever ended the study; what was done until then is stored. */
export async function runStoredStudy(
  {
    runId,
    lease,
    config,
    corpus,
    note,
  }: Pick<RunParams, "runId" | "lease" | "config" | "note"> & { corpus: Corpus },
  ports: Omit<StudyPorts, "store">,
  { signal, pause, progress }: StudyCall,
): Promise<StudyReport> {
  const db = await openDatabase();
  if (lease !== null) bindTo(db, lease);
  const stored = await eventsOf(db, runId);
  const log = new EventLog(db, runId, stored, progress);
  const tell = (sentence: string) => log.add({ kind: "note", sentence });
  const store = databaseStore(db, runId, {
    keep: config.checkpoints.keep,
    before: () => log.flushed(),
    onRefused: (reason) =>
      tell(`A checkpoint could not be proved whole and was not used (${reason}).`),
  });
  try {
    if (note !== null) tell(note);
    const context = { pause, resumes: stored.length > 0, report: log.add };
    const report = await unlessDeviceFails(
      (signal) => runStudy(config, corpus, { ...ports, store }, { ...context, signal }),
      signal,
    );
    await log.close();
    return report;
  } catch (error) {
    await log.close().catch(() => {}); // the first failure is the one to tell
    throw error;
  } finally {
    db.close();
  }
}
