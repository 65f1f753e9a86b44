import type { Corpus } from "../core/corpus/corpus";
import type { StudyReport } from "../core/format/report";
import type { EventBatch } from "../protocol/study";
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
  state: RunState = $derived.by(() => {
    const { status } = this.record;
    return status === "running" || status === "done" ? status : "ended";
  });

  constructor(record: RunRecord, corpus: Corpus | null) {
    this.id = record.id;
    this.record = $state.raw(record);
    this.corpus = corpus;
  }

  add(batch: EventBatch): void {
    this.view = applyBatch(this.view, batch);
  }
}
