import type { ModelSummary } from "../core/format/report";
import type { Database } from "../storage/db";
import { eventsOf } from "../storage/events";
import { reportOf } from "../storage/reports";
import {
  type RemovedRun,
  type RunRecord,
  type RunWords,
  deleteRun,
  describeRun,
  listRuns,
  restoreRun,
} from "../storage/runs";
import { isHeld } from "./run-locks";
import { type RunCurves, runCurves } from "./run-curves";
import { studyResults } from "./study-results";
import { applyBatch, emptyView } from "./study-view";
import type { Locks } from "./writer-lock";

export type { RunRecord, RunWords };

/** A stored run with what it has measured so far. */
export interface RunSummary {
  readonly record: RunRecord;
  readonly models: readonly ModelSummary[];
}

/** All stored runs. */
export class RunsState {
  loaded = $state.raw(false);
  /** Newest first. */
  list = $state.raw<readonly RunSummary[]>([]);
  /** The run deleted last, as long as that can be undone. */
  removed = $state.raw<RemovedRun | null>(null);

  readonly #db: Database;
  readonly #locks: Locks;

  constructor(db: Database, locks: Locks) {
    this.#db = db;
    this.#locks = locks;
  }

  /** Reads the list anew: runs come and change in this tab and in others. */
  async load(): Promise<void> {
    const records = await listRuns(this.#db);
    this.list = await Promise.all(records.map((record) => this.#summarise(record)));
    this.loaded = true;
  }

  /** Deletes a run with all that belongs to it. A run that goes on is left alone: its worker still writes. */
  async remove(id: string): Promise<void> {
    if (await isHeld(this.#locks, id)) return;
    const removed = await deleteRun(this.#db, id);
    await this.load();
    this.removed = removed;
  }

  /** Says something of a run, in place of what was said before. */
  async describe(id: string, words: RunWords): Promise<void> {
    await describeRun(this.#db, id, words);
    await this.load();
  }

  /** Without points where the run has not trained, or is gone. */
  async curvesOf(id: string): Promise<RunCurves> {
    return runCurves(await eventsOf(this.#db, id));
  }

  async undoRemove(): Promise<void> {
    if (!this.removed) return;
    await restoreRun(this.#db, this.removed);
    this.removed = null;
    await this.load();
  }

  async #summarise(record: RunRecord): Promise<RunSummary> {
    const report = await reportOf(this.#db, record.id);
    if (report) return { record, models: report.models };
    const batches = await eventsOf(this.#db, record.id);
    const { models } = studyResults(
      batches.reduce(applyBatch, emptyView),
      null,
      null,
      record.config,
    );
    const alive = record.status !== "running" || (await isHeld(this.#locks, record.id));
    return { record: alive ? record : { ...record, status: "interrupted" }, models };
  }
}
