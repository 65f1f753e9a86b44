import { tableOf } from "../core/annotation/label-table";
import { mergeSessions } from "../core/annotation/merge";
import { applyNaPolicy } from "../core/annotation/ratings-csv";
import { krippendorffAlpha } from "../core/statistics/alpha";
import type { Database } from "../storage/db";
import { sessionsOf } from "../storage/sessions";
import { listTasks } from "../storage/tasks";

/** What people have labelled of a run's answers: of its newest task. */
export interface PeopleSummary {
  readonly tasks: number;
  /** Id of the newest task; null if there is none. */
  readonly taskId: string | null;
  readonly raters: number;
  /** Labels given, and those that all raters together have to give. */
  readonly labelled: number;
  readonly toLabel: number;
  /** Krippendorff's α, nominal, NA missing; null where it is undefined. */
  readonly alpha: number | null;
}

export async function peopleOfRun(db: Database, runId: string): Promise<PeopleSummary> {
  const tasks = (await listTasks(db)).filter(
    ({ source }) => source.kind === "run" && source.runId === runId,
  );
  const newest = tasks[0];
  if (!newest) {
    return { tasks: 0, taskId: null, raters: 0, labelled: 0, toLabel: 0, alpha: null };
  }
  const { task } = newest;
  const sessions = await sessionsOf(db, task.id);
  const merged = mergeSessions(
    task,
    sessions
      .filter(({ rater }) => rater.kind === "person")
      .map(({ rater, events }) => ({ source: rater.name, session: { task, rater, events } })),
  );
  const { raters, rows } = tableOf(merged);
  const units = rows.map(({ labels }) => labels);
  return {
    tasks: tasks.length,
    taskId: task.id,
    raters: raters.length,
    labelled: merged.labels.length,
    toLabel: raters.length * task.items.length,
    alpha: krippendorffAlpha(applyNaPolicy(units, "missing")).alpha,
  };
}
