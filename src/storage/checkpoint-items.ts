/** Checkpoints as a project's archive has them, and as rows again. */
import { CheckpointError, readCheckpoint } from "../core/format/checkpoint";
import type { RunCheckpoint } from "../core/format/project/items";
import type { CheckpointChunkRow, CheckpointRow } from "./checkpoints";
import type { Database } from "./db";
import { sha256OfBytes } from "./digest";
import { rowsUnder } from "./keys";

/** Those of a run that are proven whole: an archive with another would be refused. */
export async function wholeCheckpoints(db: Database, runId: string): Promise<RunCheckpoint[]> {
  const tx = db.transaction(["checkpoints", "checkpointChunks"]);
  const [rows, parts] = await Promise.all([
    tx.objectStore("checkpoints").getAll(rowsUnder(runId)),
    tx.objectStore("checkpointChunks").getAll(rowsUnder(runId)),
  ]);
  const whole: RunCheckpoint[] = [];
  for (const { serial, phase, step, savedAt, manifest } of rows) {
    const chunks = parts.filter((part) => part.serial === serial).map(({ bytes }) => bytes);
    try {
      await readCheckpoint(manifest, sha256OfBytes, async (index) => chunks[index] ?? null);
    } catch (error) {
      if (error instanceof CheckpointError) continue;
      throw error;
    }
    whole.push({ serial, phase, step, savedAt, manifest, chunks });
  }
  return whole;
}

export function rowsOfCheckpoints(
  runId: string,
  checkpoints: readonly RunCheckpoint[],
): { readonly row: CheckpointRow; readonly chunks: readonly CheckpointChunkRow[] }[] {
  return checkpoints.map(({ chunks, ...rest }) => ({
    row: { runId, ...rest },
    chunks: chunks.map((bytes, index) => ({ runId, serial: rest.serial, index, bytes })),
  }));
}
