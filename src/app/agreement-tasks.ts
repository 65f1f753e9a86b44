/** Tasks of this device, as the agreement page offers and reads them. */
import type { SourcedSession } from "../core/annotation/merge";
import type { Rater } from "../core/annotation/session-file";
import type { Database } from "../storage/db";
import { ratersOf, sessionsOf } from "../storage/sessions";
import { listTasks, type StoredTask } from "../storage/tasks";

/** A task of this device that can be opened. */
export interface TaskChoice {
  readonly id: string;
  readonly title: string;
  readonly pairs: number;
  readonly raters: readonly Rater[];
}

/** Newest first. */
export async function taskChoices(db: Database): Promise<TaskChoice[]> {
  const stored = await listTasks(db);
  return Promise.all(
    stored.map(async ({ id, task }) => {
      const raters = await ratersOf(db, id);
      const pairs = task.items.filter(({ role }) => role === "pair").length;
      return { id, title: task.title, pairs, raters };
    }),
  );
}

/** Every session of the task that is stored here. */
export async function storedSessions(
  db: Database,
  { id, task }: StoredTask,
): Promise<SourcedSession[]> {
  const sessions = await sessionsOf(db, id);
  return sessions.map(({ rater, events }) => ({
    source: `${rater.name}, on this device`,
    session: { task, rater, events },
  }));
}
