/** What a run told while it ran: the single source of its screen, live and after a reload. */
import type { StudyEvent } from "../core/study/events";
import type { Database } from "./db";
import { write } from "./write";

/** What happened since the last batch. `at` is the time in ms since the epoch. */
export interface StoredBatch {
  readonly at: number;
  readonly events: readonly StudyEvent[];
}

/** `order` is the database's own counter: it only rises, so it puts the batches of a run in order. */
export interface EventsRow extends StoredBatch {
  readonly order?: number;
  readonly runId: string;
}

export async function appendEvents(
  db: Database,
  runId: string,
  { at, events }: StoredBatch,
): Promise<void> {
  await write(db, ["events"], (tx) => tx.objectStore("events").add({ runId, at, events }), events);
}

/** Puts these batches in place of all that are stored of the run: all or nothing. */
export async function replaceEvents(
  db: Database,
  runId: string,
  batches: readonly StoredBatch[],
): Promise<void> {
  await write(
    db,
    ["events"],
    async (tx) => {
      const store = tx.objectStore("events");
      for (const key of await store.index("byRun").getAllKeys(runId)) await store.delete(key);
      for (const { at, events } of batches) await store.add({ runId, at, events });
    },
    batches,
  );
}

/** In the order in which they were appended. */
export async function eventsOf(db: Database, runId: string): Promise<StoredBatch[]> {
  const rows = await db.getAllFromIndex("events", "byRun", runId);
  return rows.map(({ at, events }) => ({ at, events }));
}
