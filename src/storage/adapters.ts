import type { AdapterWeights } from "../core/adapter/peft";
import type { Database } from "./db";
import { rowsUnder } from "./keys";
import { write } from "./write";

export type TrainedRole = "lora" | "ppo";

export interface AdapterRow {
  readonly runId: string;
  readonly cycle: number;
  readonly role: TrainedRole;
  readonly weights: AdapterWeights;
}

export async function saveAdapter(
  db: Database,
  runId: string,
  cycle: number,
  role: TrainedRole,
  weights: AdapterWeights,
): Promise<void> {
  const row = { runId, cycle, role, weights };
  await write(db, ["adapters"], (tx) => tx.objectStore("adapters").put(row), row);
}

/** Null where the run has no such adapter. */
export async function adapterOf(
  db: Database,
  runId: string,
  cycle: number,
  role: TrainedRole,
): Promise<AdapterWeights | null> {
  return (await db.get("adapters", [runId, cycle, role]))?.weights ?? null;
}

/** Which adapters a run has, by cycle, then role; their weights are not read. */
export async function adaptersOf(
  db: Database,
  runId: string,
): Promise<{ readonly cycle: number; readonly role: TrainedRole }[]> {
  const keys = await db.getAllKeys("adapters", rowsUnder(runId));
  return keys.map(([, cycle, role]) => ({ cycle, role: role as TrainedRole }));
}
