/**
 * Who may write a thing, as a fencing token: a lock can be taken from a tab that is frozen, and the tab does not know
 * until it wakes. So a write carries its lease, and the transaction that writes looks whether it still holds.
 */
import type { IDBPObjectStore, StoreNames } from "idb";
import type { Database, Schema } from "./db";
import { write } from "./write";

export interface Lease {
  /** What may be written: a run, a rater's session. */
  readonly name: string;
  readonly token: string;
}

/** The lease was taken by another tab: nothing was written. */
export class LeaseLostError extends Error {
  override readonly name = "LeaseLostError";
  constructor() {
    super(
      "another tab has taken over, so this one does not write any more; go on there, or reload",
    );
  }
}

/** Connections whose every write is under a lease. */
const bound = new WeakMap<Database, Lease>();

/** Whatever this connection writes from now on is written only while the lease holds. */
export function bindTo(db: Database, lease: Lease): void {
  bound.set(db, lease);
}

export function leaseOf(db: Database): Lease | undefined {
  return bound.get(db);
}

/** A new lease; that of whoever had it before is void when this resolves. */
export async function takeLease(db: Database, name: string): Promise<Lease> {
  const lease = { name, token: crypto.randomUUID() };
  await write(db, ["leases"], (tx) => tx.objectStore("leases").put(lease));
  return lease;
}

/** Does nothing where another has taken it. */
export async function dropLease(db: Database, { name, token }: Lease): Promise<void> {
  await write(db, ["leases"], async (tx) => {
    const leases = tx.objectStore("leases");
    if ((await leases.get(name))?.token === token) await leases.delete(name);
  });
}

/** @throws LeaseLostError unless the lease holds, in the transaction that is about to write. */
export async function checkLease(
  leases: IDBPObjectStore<Schema, StoreNames<Schema>[], "leases", "readwrite">,
  { name, token }: Lease,
): Promise<void> {
  if ((await leases.get(name))?.token !== token) throw new LeaseLostError();
}
