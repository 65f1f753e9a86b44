import type { Corpus } from "../core/corpus/corpus";
import type { StudyReport } from "../core/format/report";
import type { EventBatch, RunProgress } from "../protocol/study";
import type { CheckpointNote } from "../storage/checkpoints";
import type { RunRecord } from "../storage/runs";
import type { RunState } from "./study-path";
import { applyBatch, emptyView } from "./study-view";

/** One run as the screen sees it, live or opened from storage. */
export class StudyRun {
  readonly id: string;
  record: RunRecord;
  view = $state.raw(emptyView);
  report = $state.raw<StudyReport | null>(null);
  /** The corpus it ran on; null if it has been deleted since. */
  readonly corpus: Corpus | null;
  /** Stopping was asked for, and the worker has not stopped yet. */
  stopping = $state.raw(false);
  /** A pause was asked for, and the next step has not come yet. */
  pausing = $state.raw(false);
  /** The newest checkpoint, as of when the run was opened or ended. */
  checkpoint = $state.raw<CheckpointNote | null>(null);
  state: RunState = $derived.by(() => {
    const { status } = this.record;
    return status === "running" || status === "done" ? status : "ended";
  });

  constructor(record: RunRecord, corpus: Corpus | null) {
    this.id = record.id;
    this.record = $state.raw(record);
    this.corpus = corpus;
  }

  follow(progress: RunProgress): void {
    if ("kept" in progress) this.replace(progress.kept);
    else this.view = applyBatch(this.view, progress);
  }

  /** These batches are all that is known of the run. */
  replace(batches: readonly EventBatch[]): void {
    this.view = batches.reduce(applyBatch, emptyView);
  }
}
