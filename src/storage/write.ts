import type { IDBPTransaction, StoreNames } from "idb";
import type { Database, Schema } from "./db";
import { sizeOf } from "./size";
import { isQuotaError, StorageFullError } from "./storage-full";

type Store = StoreNames<Schema>;
export type Writing<Names extends Store[]> = IDBPTransaction<Schema, Names, "readwrite">;

/**
 * One transaction: all of `work` is stored, or nothing of it, and it is on disk when the promise resolves
 * (durability "strict"), so that a crash after a save loses nothing that was reported as saved.
 * Within `work`, await nothing but the transaction's own requests.
 *
 * @param stored  what is stored, for its size in the message should there be no room.
 * @throws StorageFullError if the browser gives no more room; nothing of `work` is stored then.
 */
export async function write<Names extends Store[], Result>(
  db: Database,
  stores: Names,
  work: (tx: Writing<Names>) => Promise<Result>,
  stored?: unknown,
): Promise<Result> {
  const tx = db.transaction(stores, "readwrite", { durability: "strict" });
  tx.done.catch(() => {}); // it is awaited below, unless work fails first
  try {
    const result = await work(tx);
    await tx.done;
    return result;
  } catch (error) {
    abort(tx);
    if (!isQuotaError(error) && !isQuotaError(tx.error)) throw error;
    const needed = stored === undefined ? null : sizeOf(stored);
    throw new StorageFullError(needed, { cause: error });
  }
}

function abort(tx: { abort(): void }): void {
  try {
    tx.abort();
  } catch {
    // a failed request has ended it already
  }
}
