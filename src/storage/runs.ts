import type { StudyConfig } from "../core/study/config";
import type { AdapterRow } from "./adapters";
import type { AnswersRow } from "./answers";
import { CHECKPOINT_STORES, type CheckpointChunkRow, type CheckpointRow } from "./checkpoints";
import type { Database } from "./db";
import type { EventsRow } from "./events";
import { rowsUnder } from "./keys";
import type { Lease } from "./leases";
import type { ReportRow } from "./reports";
import { write } from "./write";

/** One execution of a study. Times in ms since the epoch. */
export interface RunRecord {
  readonly id: string;
  readonly name: string;
  readonly createdAt: number;
  readonly endedAt: number | null;
  readonly status: "running" | "paused" | "done" | "cancelled" | "failed" | "interrupted";
  /** Why it failed, or was paused by itself; null otherwise. */
  readonly message: string | null;
  readonly config: StudyConfig;
  readonly corpusId: string;
  readonly corpusName: string;
  /** What it computed on, such as "webgpu"; null until that is known. */
  readonly backend: string | null;
  /** What its owner says of it; absent where nothing was said. */
  readonly tag?: string;
  readonly note?: string;
  /** Others are held against it; one run at most. */
  readonly pinned?: true;
}

/** What an owner may say of a run. */
export type RunWords = Pick<RunRecord, "tag" | "note" | "pinned">;

/** A run with everything that belongs to it, as `deleteRun` took it out. */
export interface RemovedRun {
  readonly run: RunRecord;
  readonly events: readonly EventsRow[];
  readonly answers: readonly AnswersRow[];
  readonly adapters: readonly AdapterRow[];
  readonly reports: readonly ReportRow[];
  readonly checkpoints: readonly CheckpointRow[];
  readonly chunks: readonly CheckpointChunkRow[];
}

const STORES = ["runs", "events", "answers", "adapters", "reports", ...CHECKPOINT_STORES] as const;

/** Adds the record, or replaces it. @param lease  of the tab that the run is in; null where no other tab can hold it. */
export async function putRun(
  db: Database,
  run: RunRecord,
  lease: Lease | null = null,
): Promise<void> {
  await write(db, ["runs"], (tx) => tx.objectStore("runs").put(run), run, lease);
}

/** Puts these words in place of all that were said of the run; pinning it unpins the others. */
export async function describeRun(db: Database, id: string, words: RunWords): Promise<void> {
  await write(db, ["runs"], async (tx) => {
    const store = tx.objectStore("runs");
    for (const run of await store.getAll()) {
      if (run.id === id) await store.put(withWords(run, words));
      else if (words.pinned && run.pinned) {
        const { tag, note } = run;
        await store.put(
          withWords(run, {
            ...(tag !== undefined && { tag }),
            ...(note !== undefined && { note }),
          }),
        );
      }
    }
  });
}

const WORDS: readonly string[] = ["tag", "note", "pinned"] satisfies (keyof RunWords)[];

/** The run with these words in place of all that were said of it. */
export function withWords(run: RunRecord, words: RunWords): RunRecord {
  const others = Object.entries(run).filter(([key]) => !WORDS.includes(key));
  return { ...(Object.fromEntries(others) as unknown as RunRecord), ...words };
}

/** Newest first. */
export async function listRuns(db: Database): Promise<RunRecord[]> {
  const runs = await db.getAll("runs");
  return runs.sort((a, b) => b.createdAt - a.createdAt);
}

export async function getRun(db: Database, id: string): Promise<RunRecord | null> {
  return (await db.get("runs", id)) ?? null;
}

/**
 * Deletes a run and everything that belongs to it: all or nothing.
 * @returns what was deleted, for `restoreRun`; null if there is no such run (what a killed worker left of it goes too).
 */
export async function deleteRun(db: Database, id: string): Promise<RemovedRun | null> {
  return write(db, [...STORES], async (tx) => {
    const run = await tx.objectStore("runs").get(id);
    const range = rowsUnder(id);
    const eventStore = tx.objectStore("events");
    const parts = {
      events: await eventStore.index("byRun").getAll(id),
      answers: await tx.objectStore("answers").getAll(range),
      adapters: await tx.objectStore("adapters").getAll(range),
      reports: await tx.objectStore("reports").getAll(id),
      checkpoints: await tx.objectStore("checkpoints").getAll(range),
      chunks: await tx.objectStore("checkpointChunks").getAll(range),
    };
    const eventKeys = await eventStore.index("byRun").getAllKeys(id);
    await Promise.all([
      tx.objectStore("runs").delete(id),
      ...eventKeys.map((key) => eventStore.delete(key)),
      tx.objectStore("answers").delete(range),
      tx.objectStore("adapters").delete(range),
      tx.objectStore("reports").delete(id),
      tx.objectStore("checkpoints").delete(range),
      tx.objectStore("checkpointChunks").delete(range),
    ]);
    return run === undefined ? null : { run, ...parts };
  });
}

/** Puts a deleted run back as it was. Its events keep their numbers, and with them their order. */
export async function restoreRun(db: Database, removed: RemovedRun): Promise<void> {
  const { run, events, answers, adapters, reports, checkpoints, chunks } = removed;
  await write(db, [...STORES], (tx) =>
    Promise.all([
      tx.objectStore("runs").put(run),
      ...events.map((row) => tx.objectStore("events").put(row)),
      ...answers.map((row) => tx.objectStore("answers").put(row)),
      ...adapters.map((row) => tx.objectStore("adapters").put(row)),
      ...reports.map((row) => tx.objectStore("reports").put(row)),
      ...checkpoints.map((row) => tx.objectStore("checkpoints").put(row)),
      ...chunks.map((row) => tx.objectStore("checkpointChunks").put(row)),
    ]),
  );
}
