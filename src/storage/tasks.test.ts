import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { someTask } from "../../tests/annotation/tasks";
import type { Decision } from "../core/annotation/adjudication";
import type { SessionEvent } from "../core/annotation/queue";
import type { Rater } from "../core/annotation/session-file";
import { type Database, openDatabase } from "./db";
import { decisionsOf, putDecision } from "./decisions";
import {
  appendSessionEvent,
  importSession,
  ratersOf,
  sessionEventsOf,
  sessionsOf,
} from "./sessions";
import { deleteTask, getTask, listTasks, putTask, restoreTask, type StoredTask } from "./tasks";

const task = await someTask();
const ann: Rater = { name: "Ann", kind: "person" };
const bea: Rater = { name: "Bea", kind: "person" };
const model: Rater = { name: "Ann", kind: "model" };
const decision: Decision = { pairId: "p", label: "N", by: "Cy", at: 9, comment: "" };

const label = (item: number, at = item): SessionEvent => ({ kind: "label", item, label: "Y", at });
const stored = (id: string, createdAt = 1): StoredTask => ({
  id,
  createdAt,
  source: { kind: "file", name: "pairs.csv" },
  task: { ...task, id },
});

async function fill(db: Database, id: string): Promise<void> {
  await putTask(db, stored(id));
  for (const item of [0, 1, 2]) await appendSessionEvent(db, id, ann, label(item));
  await appendSessionEvent(db, id, bea, { kind: "comment", item: 0, text: "<b>?</b>", at: 1 });
  await putDecision(db, id, decision);
}

async function everythingOf(db: Database, id: string): Promise<unknown> {
  return {
    task: await getTask(db, id),
    sessions: await sessionsOf(db, id),
    decisions: await decisionsOf(db, id),
  };
}

test("a task, its sessions and decisions are read back as they were", async () => {
  const db = await openDatabase({ name: "tasks-round-trip" });
  await fill(db, "a");
  expect(await everythingOf(db, "a")).toEqual({
    task: stored("a"),
    sessions: [
      { rater: ann, part: 0, events: [label(0), label(1), label(2)] },
      {
        rater: bea,
        part: 0,
        events: [{ kind: "comment", item: 0, text: "<b>?</b>", at: 1 }],
      },
    ],
    decisions: [decision],
  });
  expect(await ratersOf(db, "a")).toEqual([ann, bea]);
});

test("raters of one task, and a person and a model of one name, keep apart", async () => {
  const db = await openDatabase({ name: "tasks-apart" });
  await Promise.all([
    appendSessionEvent(db, "a", ann, label(0)),
    appendSessionEvent(db, "a", model, label(1)),
    appendSessionEvent(db, "b", ann, label(2)),
  ]);
  expect(await sessionEventsOf(db, "a", ann)).toEqual([label(0)]);
  expect(await sessionEventsOf(db, "a", model)).toEqual([label(1)]);
  expect(await sessionEventsOf(db, "b", ann)).toEqual([label(2)]);
  expect(await sessionEventsOf(db, "a", bea)).toEqual([]);
});

test("the list is newest first, and a task that is not there is null", async () => {
  const db = await openDatabase({ name: "tasks-list" });
  for (const at of [2, 3, 1]) await putTask(db, stored(`t${at}`, at));
  expect((await listTasks(db)).map(({ id }) => id)).toEqual(["t3", "t2", "t1"]);
  expect(await getTask(db, "t4")).toBeNull();
  expect(await deleteTask(db, "t4")).toBeNull();
});

test("deleting a task takes all of it and nothing of another; undo brings it back as it was", async () => {
  const db = await openDatabase({ name: "tasks-delete" });
  await fill(db, "a");
  await fill(db, "ab");
  const [before, other] = [await everythingOf(db, "a"), await everythingOf(db, "ab")];
  const removed = (await deleteTask(db, "a"))!;
  expect(await everythingOf(db, "a")).toEqual({ task: null, sessions: [], decisions: [] });
  expect(await everythingOf(db, "ab")).toEqual(other);
  await restoreTask(db, removed);
  expect(await everythingOf(db, "a")).toEqual(before);
});

test("an imported session is added, continued, known, or kept beside the one that it departs from", async () => {
  const db = await openDatabase({ name: "tasks-import" });
  const log = [label(0), label(1), label(2)];
  expect(await importSession(db, "a", ann, log.slice(0, 1))).toBe("added");
  expect(await importSession(db, "a", ann, log)).toBe("continued");
  expect(await importSession(db, "a", ann, log.slice(0, 2))).toBe("known");
  expect(await sessionEventsOf(db, "a", ann)).toEqual(log);

  const departed = [label(0), label(2, 7)];
  expect(await importSession(db, "a", ann, departed)).toBe("separate");
  expect(await importSession(db, "a", ann, [...departed, label(1, 8)])).toBe("continued");
  expect(await sessionsOf(db, "a")).toEqual([
    { rater: ann, part: 0, events: log },
    { rater: ann, part: 1, events: [...departed, label(1, 8)] },
  ]);
  expect(await ratersOf(db, "a")).toEqual([ann]);
});
