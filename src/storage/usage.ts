/** How much of the storage each kind of thing takes. */
import type { StoreNames } from "idb";
import type { Database, Schema } from "./db";
import { sizeOf } from "./size";

export interface StorageUse {
  readonly kind:
    "Corpora" | "Runs" | "Answers" | "Adapters" | "Checkpoints" | "Labels" | "API replies";
  /** Rows, of what a person counts: corpora, runs, sets of answers, adapters, checkpoints, tasks, replies. */
  readonly count: number;
  /** Estimated; the browser says only the sum of everything. */
  readonly bytes: number;
}

const KINDS: Readonly<Record<StorageUse["kind"], readonly StoreNames<Schema>[]>> = {
  Corpora: ["corpora", "drafts", "draftItems"],
  Runs: ["runs", "events", "reports"],
  Answers: ["answers"],
  Adapters: ["adapters"],
  Checkpoints: ["checkpoints", "checkpointChunks"],
  Labels: ["tasks", "sessions", "decisions"],
  "API replies": ["replies"],
};

/** Reads every row once, one at a time. */
export async function storageUse(db: Database): Promise<StorageUse[]> {
  return Promise.all(
    Object.entries(KINDS).map(async ([kind, stores]) => {
      const sizes = await Promise.all(stores.map((store) => sizeOfStore(db, store)));
      const bytes = sizes.reduce((sum, size) => sum + size, 0);
      return { kind: kind as StorageUse["kind"], count: await db.count(stores[0]!), bytes };
    }),
  );
}

async function sizeOfStore(db: Database, store: StoreNames<Schema>): Promise<number> {
  let bytes = 0;
  for (
    let cursor = await db.transaction(store).store.openCursor();
    cursor;
    cursor = await cursor.continue()
  ) {
    bytes += sizeOf(cursor.value);
  }
  return bytes;
}
