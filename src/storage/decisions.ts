/** Adjudication: decisions are added, never changed; the newest of a pair stands. */
import type { Decision } from "../core/annotation/adjudication";
import type { Database } from "./db";
import { write } from "./write";

export interface DecisionRow {
  readonly order?: number;
  readonly taskId: string;
  readonly decision: Decision;
}

export async function putDecision(db: Database, taskId: string, decision: Decision): Promise<void> {
  await write(
    db,
    ["decisions"],
    (tx) => tx.objectStore("decisions").add({ taskId, decision }),
    decision,
  );
}

/** In the order in which they were taken. */
export async function decisionsOf(db: Database, taskId: string): Promise<Decision[]> {
  const rows = await db.getAllFromIndex("decisions", "byTask", taskId);
  return rows.map(({ decision }) => decision);
}
