import type { IDBPTransaction, StoreNames } from "idb";
import type { Database, Schema } from "./db";
import { type Lease, checkLease, leaseOf } from "./leases";
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
 * @param lease   that must hold; where the connection is bound to one, that one.
 * @throws StorageFullError if the browser gives no more room, LeaseLostError if another tab has taken over; nothing of
 *         `work` is stored then.
 */
export async function write<Names extends Store[], Result>(
  db: Database,
  stores: Names,
  work: (tx: Writing<Names>) => Promise<Result>,
  stored?: unknown,
  lease: Lease | null | undefined = leaseOf(db),
): Promise<Result> {
  const all: Store[] = lease ? [...stores, "leases"] : stores;
  const tx = db.transaction(all, "readwrite", { durability: "strict" });
  tx.done.catch(() => {}); // it is awaited below, unless work fails first
  try {
    if (lease) await checkLease(tx.objectStore("leases"), lease);
    const result = await work(tx as unknown as Writing<Names>);
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
