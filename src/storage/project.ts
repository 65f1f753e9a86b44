/** Everything in the database as items of a project, and items into it: all of them or none. */
import { canonicalJson } from "../core/annotation/canonical-json";
import type { DecisionsItem, RepliesItem, TaskItem } from "../core/format/project/items-schema";
import type { ItemKind, ProjectItem, RunExtent } from "../core/format/project/items";
import type { Database } from "./db";
import { rowsOfCheckpoints, wholeCheckpoints } from "./checkpoint-items";
import { decisionsOf } from "./decisions";
import type { StoredDraft } from "../core/review/draft";
import { deleteRows, getDraft, putRows, readRows } from "./drafts";
import { eventsOf } from "./events";
import { rowsUnder } from "./keys";
import { repliesOf } from "./replies";
import { reportOf } from "./reports";
import { addSession, sessionsOf } from "./sessions";
import { type Writing, write } from "./write";

/** Of a backup. Not so: models (large, and loaded again), leases of tabs, and API keys, encrypted as they are. */
const STORES = [
  "corpora",
  "runs",
  "events",
  "answers",
  "adapters",
  "reports",
  "tasks",
  "sessions",
  "decisions",
  "replies",
  "checkpoints",
  "checkpointChunks",
  "drafts",
  "draftItems",
] as const;
/** With all that a run has. */
export const EVERYTHING: RunExtent = { adapters: true, checkpoints: true };

type Everything = Writing<(typeof STORES)[number][]>;

/** Every item, by kind, then id; one is in memory at a time. */
export async function* projectItems(db: Database, extent: RunExtent): AsyncGenerator<ProjectItem> {
  const keys: readonly (readonly [ItemKind, readonly string[]])[] = [
    ["corpus", await db.getAllKeys("corpora")],
    ["run", await db.getAllKeys("runs")],
    ["task", await db.getAllKeys("tasks")],
    ["decisions", await decidedSubjects(db)],
    ["replies", await payers(db)],
    ["draft", await db.getAllKeys("drafts")],
  ];
  for (const [kind, ids] of keys) {
    for (const id of ids) {
      const item = await itemOf(db, kind, id, extent);
      if (item) yield item; // else another tab has deleted it meanwhile
    }
  }
}

/** Null where there is no such item. Settings are not in the database. */
export async function itemOf(
  db: Database,
  kind: ItemKind,
  id: string,
  extent: RunExtent,
): Promise<ProjectItem | null> {
  switch (kind) {
    case "corpus": {
      const content = await db.get("corpora", id);
      return content === undefined ? null : { kind, content };
    }
    case "run":
      return runItem(db, id, extent);
    case "task": {
      const stored = await db.get("tasks", id);
      if (stored === undefined) return null;
      const [sessions, decisions] = await Promise.all([sessionsOf(db, id), decisionsOf(db, id)]);
      return { kind, content: { stored, sessions, decisions } };
    }
    case "decisions": {
      const decisions = await decisionsOf(db, id);
      const isTask = (await db.getKey("tasks", id)) !== undefined;
      return decisions.length === 0 || isTask
        ? null
        : { kind, content: { subject: id, decisions } };
    }
    case "replies": {
      const replies = await repliesOf(db, id);
      return replies.length === 0 ? null : { kind, content: { payer: id, replies } };
    }
    case "draft": {
      const content = await getDraft(db, id);
      return content && { kind, content };
    }
    case "settings":
      return null;
  }
}

/**
 * Stores items in one transaction. What is there already is never overwritten: labels, decisions and replies are added to
 * those of their task or payer, and any other item whose id is taken stops the whole import.
 *
 * @param replaced  drafts that give way first, as they were when that was chosen.
 * @throws OvertakenError for an id that is taken, or a draft that is no more as it was; StorageFullError if there is no
 *         room: nothing is stored.
 */
export async function importItems(
  db: Database,
  items: readonly ProjectItem[],
  replaced: readonly StoredDraft[] = [],
): Promise<void> {
  try {
    await write(
      db,
      [...STORES],
      async (tx) => {
        for (const draft of replaced) await giveWay(tx, draft);
        for (const item of items) await importItem(tx, item);
      },
      items,
    );
  } catch (error) {
    const isTaken = error instanceof DOMException && error.name === "ConstraintError";
    throw isTaken ? new OvertakenError({ cause: error }) : error;
  }
}

async function giveWay(tx: Everything, seen: StoredDraft): Promise<void> {
  const { id } = seen.draft;
  if (canonicalJson(await readRows(tx, id)) !== canonicalJson(seen)) throw new OvertakenError();
  await deleteRows(tx, id);
}

/** What is here has changed since the import was planned. */
export class OvertakenError extends Error {
  override readonly name = "OvertakenError";

  constructor(options?: ErrorOptions) {
    super(
      "What is stored here has changed since this file was opened; nothing was imported. Open the file again to see what differs now",
      options,
    );
  }
}

/** Deletes everything, API keys included. */
export async function wipe(db: Database): Promise<void> {
  const stores = [...STORES, "apiKeys"] as const;
  await write(db, [...stores], (tx) =>
    Promise.all(stores.map((store) => tx.objectStore(store).clear())),
  );
}

/** Whether nothing is stored at all. */
export async function isEmpty(db: Database): Promise<boolean> {
  const tx = db.transaction(STORES);
  const counts = await Promise.all(STORES.map((store) => tx.objectStore(store).count()));
  return counts.every((count) => count === 0);
}

async function runItem(db: Database, id: string, extent: RunExtent): Promise<ProjectItem | null> {
  const record = await db.get("runs", id);
  if (record === undefined) return null;
  const [events, report, answerRows, adapterRows, checkpoints] = await Promise.all([
    eventsOf(db, id),
    reportOf(db, id),
    db.getAll("answers", rowsUnder(id)),
    extent.adapters ? db.getAll("adapters", rowsUnder(id)) : [],
    extent.checkpoints ? wholeCheckpoints(db, id) : [],
  ]);
  const answers = answerRows.map(({ cycle, role, split, answers }) => ({
    cycle,
    role,
    split,
    answers,
  }));
  const adapters = adapterRows.map(({ cycle, role, weights }) => ({ cycle, role, weights }));
  return { kind: "run", content: { record, events, answers, report }, adapters, checkpoints };
}

async function payers(db: Database): Promise<string[]> {
  const found: string[] = [];
  const { store } = db.transaction("replies");
  let cursor = await store.index("byPayer").openKeyCursor(null, "nextunique");
  while (cursor) {
    found.push(cursor.key);
    cursor = await cursor.continue();
  }
  return found;
}

/** What decisions are kept under that are of no task here. */
async function decidedSubjects(db: Database): Promise<string[]> {
  const tx = db.transaction(["decisions", "tasks"]);
  const tasks = new Set(await tx.objectStore("tasks").getAllKeys());
  const subjects: string[] = [];
  let cursor = await tx.objectStore("decisions").index("byTask").openKeyCursor(null, "nextunique");
  while (cursor) {
    if (!tasks.has(cursor.key)) subjects.push(cursor.key);
    cursor = await cursor.continue();
  }
  return subjects;
}

async function importItem(tx: Everything, item: ProjectItem): Promise<void> {
  switch (item.kind) {
    case "corpus":
      await tx.objectStore("corpora").add(item.content);
      return;
    case "run":
      return importRun(tx, item);
    case "task":
      return importTask(tx, item.content);
    case "decisions":
      return importDecisions(tx, item.content);
    case "replies":
      return importReplies(tx, item.content);
    case "draft":
      return putRows(tx, item.content);
    case "settings":
      return;
  }
}

async function importRun(
  tx: Everything,
  { content, adapters, checkpoints }: ProjectItem & { readonly kind: "run" },
): Promise<void> {
  const { record, events, answers, report } = content;
  const runId = record.id;
  await tx.objectStore("runs").add(record);
  for (const batch of events) await tx.objectStore("events").add({ runId, ...batch });
  for (const set of answers) await tx.objectStore("answers").add({ runId, ...set });
  for (const { cycle, role, weights } of adapters) {
    await tx.objectStore("adapters").add({ runId, cycle, role: role, weights });
  }
  for (const { row, chunks } of rowsOfCheckpoints(runId, checkpoints)) {
    await tx.objectStore("checkpoints").add(row);
    for (const chunk of chunks) await tx.objectStore("checkpointChunks").add(chunk);
  }
  if (report) await tx.objectStore("reports").add({ runId, report });
}

async function importTask(tx: Everything, item: TaskItem): Promise<void> {
  const { stored, sessions, decisions } = item;
  const taskId = stored.id;
  const store = tx.objectStore("sessions");
  if ((await tx.objectStore("tasks").getKey(taskId)) === undefined) {
    await tx.objectStore("tasks").add(stored);
    for (const { rater, part, events } of sessions) {
      await store.add({ taskId, ...rater, part, events });
    }
  } else {
    for (const { rater, events } of sessions) await addSession(store, taskId, rater, events);
  }
  await importDecisions(tx, { subject: taskId, decisions });
}

/** Those that are not there yet: what was asked has one reply. */
async function importReplies(tx: Everything, { replies }: RepliesItem): Promise<void> {
  const store = tx.objectStore("replies");
  for (const reply of replies) {
    if ((await store.getKey(reply.key)) === undefined) await store.add(reply);
  }
}

/** Those that are not there yet, in their order. */
async function importDecisions(tx: Everything, item: DecisionsItem): Promise<void> {
  const { subject, decisions } = item;
  const store = tx.objectStore("decisions");
  const rows = await store.index("byTask").getAll(subject);
  const known = new Set(rows.map(({ decision }) => canonicalJson(decision)));
  for (const decision of decisions) {
    if (!known.has(canonicalJson(decision))) await store.add({ taskId: subject, decision });
  }
}
