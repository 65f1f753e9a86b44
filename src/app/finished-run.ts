/** A finished run of this browser, as the comparison of methods reads it. */
import type { AnswerSet } from "../core/answers/answer";
import { type FinishedRun, runAnswers } from "../core/compare/measure-run";
import type { Corpus } from "../core/corpus/corpus";
import type { StudyReport } from "../core/format/report";
import { plannedAnswers } from "../core/study/rollout-batches";
import { splitCorpus } from "../core/study/split";
import { answersOf } from "../storage/answers";
import type { Database } from "../storage/db";
import { eventsOf } from "../storage/events";
import type { RunRecord } from "../storage/runs";

interface StoredRun {
  readonly record: RunRecord;
  readonly report: StudyReport;
  readonly method: string;
}

/**
 * @param corpus  null where it is gone.
 * @throws Error naming the run where its corpus or its answers are not kept.
 */
export async function readFinishedRun(
  db: Database,
  { record, report, method }: StoredRun,
  corpus: Corpus | null,
): Promise<FinishedRun> {
  const { config } = report;
  const stored = (set: AnswerSet) => answersOf(db, record.id, set);
  try {
    if (corpus === null) throw new RangeError("has lost its corpus");
    return {
      ...{ method, seed: report.seed, config, answers: await runAnswers(report, stored) },
      sampled: plannedAnswers(splitCorpus(config, corpus).train, config),
      seconds: await secondsOf(db, record),
      peakBytes: null, // a browser does not say
    };
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new Error(`“${record.name}” ${error.message}`, { cause: error });
  }
}

/** Null where it was cut and gone on with: how long it stood still is not known. */
async function secondsOf(
  db: Database,
  { id, createdAt, endedAt }: RunRecord,
): Promise<number | null> {
  const batches = await eventsOf(db, id);
  const resumed = batches.some(({ events }) => events.some(({ kind }) => kind === "resumed"));
  return resumed || endedAt === null ? null : (endedAt - createdAt) / 1000;
}
