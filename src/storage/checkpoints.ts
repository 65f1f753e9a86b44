/**
 * Checkpoints of runs: chunks first, and the manifest that makes them one in a transaction after them. A checkpoint is
 * never written over; it has a number of its own, and older ones go once a newer one is on disk.
 */
import { CheckpointError, readCheckpoint, writeCheckpoint } from "../core/format/checkpoint";
import type { ByteDigest } from "../core/format/project/manifest";
import { messageOf } from "../core/message-of";
import type { Checkpoint, TrainingPhase } from "../core/study/checkpoint";
import type { Database } from "./db";
import { rowsUnder } from "./keys";
import { type Writing, write } from "./write";

/** What is known of a checkpoint without reading it. */
export interface CheckpointNote {
  readonly phase: TrainingPhase;
  readonly step: number;
  /** ms since the epoch. */
  readonly savedAt: number;
}

export interface CheckpointRow extends CheckpointNote {
  readonly runId: string;
  /** 1, 2, … in the order of saving; chunks have the same. */
  readonly serial: number;
  readonly manifest: Uint8Array;
}

export interface CheckpointChunkRow {
  readonly runId: string;
  readonly serial: number;
  readonly index: number;
  readonly bytes: Uint8Array;
}

export interface LoadedCheckpoint {
  /** The newest that is proven whole; null if there is none. */
  readonly checkpoint: Checkpoint | null;
  /** Why newer ones were refused, newest first. */
  readonly refused: readonly string[];
}

/** Both stores, for whatever takes a checkpoint as a whole. */
export const CHECKPOINT_STORES = ["checkpoints", "checkpointChunks"] as const;
type Stores = (typeof CHECKPOINT_STORES)[number][];

/**
 * Resolves when the checkpoint is on disk. Of its phase the newest `keep` stay, of every other phase the newest one.
 * @throws StorageFullError if there is no room: nothing of it stays, and the earlier ones do.
 */
export async function saveCheckpoint(
  db: Database,
  runId: string,
  checkpoint: Checkpoint,
  keep: number,
  digest: ByteDigest,
): Promise<void> {
  const serial = await nextSerial(db, runId);
  const savedAt = Date.now();
  try {
    const manifest = await writeCheckpoint(checkpoint, savedAt, digest, async (index, bytes) => {
      const row = { runId, serial, index, bytes };
      await write(
        db,
        ["checkpointChunks"],
        (tx) => tx.objectStore("checkpointChunks").add(row),
        row,
      );
    });
    const { phase, step } = checkpoint;
    const row: CheckpointRow = { runId, serial, phase, step, savedAt, manifest };
    await write(
      db,
      [...CHECKPOINT_STORES],
      async (tx) => {
        await tx.objectStore("checkpoints").add(row);
        const rows = await tx.objectStore("checkpoints").getAll(rowsUnder(runId));
        for (const old of superseded(rows, phase, keep)) await remove(tx, runId, old);
      },
      row,
    );
  } catch (error) {
    await deleteCheckpoint(db, runId, serial).catch(() => {}); // its chunks; else the next start collects them
    throw error;
  }
}

/** The newest checkpoint of a phase that is proven whole. Those that are refused on the way are deleted. */
export async function loadCheckpoint(
  db: Database,
  runId: string,
  phase: TrainingPhase,
  digest: ByteDigest,
): Promise<LoadedCheckpoint> {
  const rows = await db.getAll("checkpoints", rowsUnder(runId));
  const refused: string[] = [];
  for (const row of rows.filter((row) => isSame(row.phase, phase)).reverse()) {
    try {
      return { checkpoint: await read(db, row, digest), refused };
    } catch (error) {
      if (!(error instanceof CheckpointError)) throw error;
      refused.push(messageOf(error));
      await deleteCheckpoint(db, runId, row.serial);
    }
  }
  return { checkpoint: null, refused };
}

/** Of a run, newest first; their content is neither read nor proven. */
export async function checkpointsOf(db: Database, runId: string): Promise<CheckpointNote[]> {
  const rows = await db.getAll("checkpoints", rowsUnder(runId));
  return rows.reverse().map(({ phase, step, savedAt }) => ({ phase, step, savedAt }));
}

/**
 * Deletes chunks that no manifest followed: whoever wrote them was killed.
 * @param isBusy  whether a run is being written, be it in another tab: its chunks wait for their manifest.
 */
export async function collectOrphans(
  db: Database,
  isBusy: (runId: string) => Promise<boolean>,
): Promise<void> {
  const [chunks, whole] = await Promise.all([
    db.getAllKeys("checkpointChunks"),
    db.getAllKeys("checkpoints"),
  ]);
  const known = new Set(whole.map((key) => JSON.stringify(key)));
  const orphans = new Map<string, readonly [runId: string, serial: number]>();
  for (const [runId, serial] of chunks) {
    const key = JSON.stringify([runId, serial]);
    if (!known.has(key)) orphans.set(key, [runId, serial]);
  }
  for (const [runId, serial] of orphans.values()) {
    if (!(await isBusy(runId))) await deleteCheckpoint(db, runId, serial);
  }
}

async function read(db: Database, row: CheckpointRow, digest: ByteDigest): Promise<Checkpoint> {
  const { runId, serial } = row;
  const chunkOf = (index: number) => db.get("checkpointChunks", [runId, serial, index]);
  const { checkpoint, savedAt } = await readCheckpoint(
    row.manifest,
    digest,
    async (index) => (await chunkOf(index))?.bytes ?? null,
  );
  const { phase, step } = checkpoint;
  if (!isSame(phase, row.phase) || step !== row.step || savedAt !== row.savedAt) {
    throw new CheckpointError("the checkpoint is another than its row says");
  }
  return checkpoint;
}

/** One above all numbers in use, those of chunks without a manifest included. */
async function nextSerial(db: Database, runId: string): Promise<number> {
  const [whole, chunks] = await Promise.all([
    db.getAllKeys("checkpoints", rowsUnder(runId)),
    db.getAllKeys("checkpointChunks", rowsUnder(runId)),
  ]);
  return (
    Math.max(0, ...whole.map(([, serial]) => serial), ...chunks.map(([, serial]) => serial)) + 1
  );
}

/** Numbers of those to delete. @param rows  of one run, oldest first. */
function superseded(
  rows: readonly CheckpointRow[],
  current: TrainingPhase,
  keep: number,
): number[] {
  const newer = new Map<string, number>();
  return rows.toReversed().flatMap(({ phase, serial }) => {
    const key = `${phase.kind} ${phase.cycle}`;
    const count = newer.get(key) ?? 0;
    newer.set(key, count + 1);
    return count < (isSame(phase, current) ? keep : 1) ? [] : [serial];
  });
}

async function deleteCheckpoint(db: Database, runId: string, serial: number): Promise<void> {
  await write(db, [...CHECKPOINT_STORES], (tx) => remove(tx, runId, serial));
}

async function remove(tx: Writing<Stores>, runId: string, serial: number): Promise<void> {
  await tx.objectStore("checkpoints").delete([runId, serial]);
  await tx.objectStore("checkpointChunks").delete(rowsUnder(runId, serial));
}

function isSame(a: TrainingPhase, b: TrainingPhase): boolean {
  return a.kind === b.kind && a.cycle === b.cycle;
}
