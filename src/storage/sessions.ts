/** What raters did, in a row what was stored at once: one act, or a whole import. A rater's labels are a fold over it. */
import type { IDBPObjectStore, StoreNames } from "idb";
import type { SessionEvent } from "../core/annotation/queue";
import type { Rater } from "../core/annotation/session-file";
import type { Database, Schema } from "./db";
import { rowsUnder } from "./keys";
import type { Lease } from "./leases";
import { write } from "./write";

/** `order` is the database's own counter: it only rises, so it puts the rows of a session in order. */
export interface SessionRow extends Rater {
  readonly order?: number;
  readonly taskId: string;
  /** 0 for the session kept on this device; 1, 2, … for imported ones that went another way than it. */
  readonly part: number;
  readonly events: readonly SessionEvent[];
}
export type SessionKey = [taskId: string, kind: Rater["kind"], name: string, part: number];

/** One session of a rater; a rater has several where files from several devices were imported. */
export interface StoredSession {
  readonly rater: Rater;
  readonly part: number;
  readonly events: readonly SessionEvent[];
}

/** What an import came to: new rater; rest of a known session; nothing new; a session that went another way. */
export type ImportOutcome = "added" | "continued" | "known" | "separate";

/**
 * Resolves when the event is on disk.
 * @param lease  of the tab that writes the session; null where no other tab can.
 * @throws DOMException if it could not be stored, LeaseLostError if another tab has taken over: then nothing of it is.
 */
export async function appendSessionEvent(
  db: Database,
  taskId: string,
  { name, kind }: Rater,
  event: SessionEvent,
  lease: Lease | null = null,
): Promise<void> {
  const row: SessionRow = { taskId, kind, name, part: 0, events: [event] };
  await write(db, ["sessions"], (tx) => tx.objectStore("sessions").add(row), row, lease);
}

/** The events of the rater's session on this device, in order. */
export async function sessionEventsOf(
  db: Database,
  taskId: string,
  { name, kind }: Rater,
): Promise<SessionEvent[]> {
  const rows = await db.getAllFromIndex("sessions", "bySession", [taskId, kind, name, 0]);
  return rows.flatMap(({ events }) => events);
}

/** Every session of a task, models before people, each kind by name. */
export async function sessionsOf(db: Database, taskId: string): Promise<StoredSession[]> {
  return toSessions(await db.getAllFromIndex("sessions", "bySession", rowsUnder(taskId)));
}

/** Who has labelled, models before people, each kind by name. Reads keys alone: a session may have thousands of rows. */
export async function ratersOf(db: Database, taskId: string): Promise<Rater[]> {
  const raters: Rater[] = [];
  const index = db.transaction("sessions").store.index("bySession");
  let cursor = await index.openKeyCursor(rowsUnder(taskId), "nextunique");
  while (cursor) {
    const [, kind, name, part] = cursor.key;
    if (part === 0) raters.push({ name, kind });
    cursor = await cursor.continue();
  }
  return raters;
}

/**
 * Adds a session from a file to those of its rater: the rest of one that it continues, or one of its own where it
 * went another way, so that nothing is overwritten; merging decides between the two (core/annotation/merge).
 */
export async function importSession(
  db: Database,
  taskId: string,
  rater: Rater,
  events: readonly SessionEvent[],
  lease: Lease | null = null,
): Promise<ImportOutcome> {
  return write(
    db,
    ["sessions"],
    (tx) => addSession(tx.objectStore("sessions"), taskId, rater, events),
    events,
    lease,
  );
}

/** `importSession` within a transaction that is under way. */
export async function addSession(
  store: IDBPObjectStore<Schema, StoreNames<Schema>[], "sessions", "readwrite">,
  taskId: string,
  { name, kind }: Rater,
  events: readonly SessionEvent[],
): Promise<ImportOutcome> {
  const known = toSessions(await store.index("bySession").getAll(rowsUnder(taskId, kind, name)));
  const add = (part: number, added: readonly SessionEvent[]) =>
    store.add({ taskId, kind, name, part, events: added });

  if (known.some((session) => isPrefix(events, session.events))) return "known";
  const continued = known.find((session) => isPrefix(session.events, events));
  if (continued) {
    await add(continued.part, events.slice(continued.events.length));
    return "continued";
  }
  await add(known.length, events);
  return known.length === 0 ? "added" : "separate";
}

function toSessions(rows: readonly SessionRow[]): StoredSession[] {
  const sessions: (StoredSession & { events: SessionEvent[] })[] = [];
  for (const { kind, name, part, events } of rows) {
    const last = sessions.at(-1);
    const isSame = last?.part === part && last.rater.kind === kind && last.rater.name === name;
    if (isSame) for (const event of events) last.events.push(event);
    else sessions.push({ rater: { name, kind }, part, events: [...events] });
  }
  return sessions;
}

function isPrefix(shorter: readonly SessionEvent[], longer: readonly SessionEvent[]): boolean {
  return shorter.length <= longer.length && shorter.every((event, i) => isSame(event, longer[i]!));
}

/** Events are flat, and `at` tells apart what else is equal. */
function isSame(a: SessionEvent, b: SessionEvent): boolean {
  const entries = Object.entries(a);
  return (
    entries.length === Object.keys(b).length &&
    entries.every(([key, value]) => b[key as keyof SessionEvent] === value)
  );
}
