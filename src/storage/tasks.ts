import type { AnswerSet } from "../core/answers/answer";
import type { LabelTask } from "../core/annotation/task";
import type { Database } from "./db";
import type { DecisionRow } from "./decisions";
import { rowsUnder } from "./keys";
import type { SessionRow } from "./sessions";
import { write } from "./write";

/** Where a task's pairs come from. It stays on this device: a task's file names no model. */
export type TaskSource =
  | {
      readonly kind: "run";
      readonly runId: string;
      readonly set: AnswerSet;
      /** The other model's answers, where a pair is of two models' answers to one wording. */
      readonly against?: AnswerSet;
    }
  /** The answers recorded with a corpus; `name` is the corpus's, which may be gone by now. */
  | { readonly kind: "corpus"; readonly corpusId: string; readonly name: string }
  /** A CSV of pairs, or the file of a task or a session. */
  | { readonly kind: "file"; readonly name: string };

export interface StoredTask {
  /** The task's own id: the hash of its content. */
  readonly id: string;
  /** ms since the epoch. */
  readonly createdAt: number;
  readonly source: TaskSource;
  readonly task: LabelTask;
}

/** A task with everything that belongs to it, as `deleteTask` took it out. */
export interface RemovedTask {
  readonly stored: StoredTask;
  readonly sessions: readonly SessionRow[];
  readonly decisions: readonly DecisionRow[];
}

/** Adds the task, or replaces it. */
export async function putTask(db: Database, stored: StoredTask): Promise<void> {
  await write(db, ["tasks"], (tx) => tx.objectStore("tasks").put(stored), stored);
}

/** Newest first. */
export async function listTasks(db: Database): Promise<StoredTask[]> {
  const tasks = await db.getAll("tasks");
  return tasks.sort((a, b) => b.createdAt - a.createdAt);
}

export async function getTask(db: Database, id: string): Promise<StoredTask | null> {
  return (await db.get("tasks", id)) ?? null;
}

/**
 * Deletes a task with its sessions and decisions: all or nothing.
 * @returns what was deleted, for `restoreTask`; null if there is no such task.
 */
export async function deleteTask(db: Database, id: string): Promise<RemovedTask | null> {
  return write(db, ["tasks", "sessions", "decisions"], async (tx) => {
    const stored = await tx.objectStore("tasks").get(id);
    const sessionStore = tx.objectStore("sessions");
    const decisionStore = tx.objectStore("decisions");
    const ofTask = sessionStore.index("bySession");
    const sessions = await ofTask.getAll(rowsUnder(id));
    const decisions = await decisionStore.index("byTask").getAll(id);
    const sessionKeys = await ofTask.getAllKeys(rowsUnder(id));
    const decisionKeys = await decisionStore.index("byTask").getAllKeys(id);
    await Promise.all([
      tx.objectStore("tasks").delete(id),
      ...sessionKeys.map((key) => sessionStore.delete(key)),
      ...decisionKeys.map((key) => decisionStore.delete(key)),
    ]);
    return stored === undefined ? null : { stored, sessions, decisions };
  });
}

/** Puts a deleted task back as it was, its events and decisions in their order. */
export async function restoreTask(db: Database, removed: RemovedTask): Promise<void> {
  const { stored, sessions, decisions } = removed;
  await write(db, ["tasks", "sessions", "decisions"], (tx) =>
    Promise.all([
      tx.objectStore("tasks").put(stored),
      ...sessions.map((row) => tx.objectStore("sessions").put(row)),
      ...decisions.map((row) => tx.objectStore("decisions").put(row)),
    ]),
  );
}
