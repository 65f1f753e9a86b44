/** One tab writes a rater's session, and may take over from one that has ended or is frozen. */
import { raterKey } from "../core/annotation/merge";
import type { Rater } from "../core/annotation/session-file";
import type { Database } from "../storage/db";
import type { Lease } from "../storage/leases";
import { type Locks, type WriterEvents, acquireWriter, withWriter } from "./writer-lock";

const nameOf = (taskId: string, rater: Rater) => `steadfast-session-${taskId}-${raterKey(rater)}`;

export interface SessionLock {
  /** Lets the next tab in. */
  release(): void;
}

/** Asks to write a session until it may. Without locks nobody could tell who writes, so it is refused for good. */
export function acquireSession(
  db: Database,
  locks: Locks,
  taskId: string,
  rater: Rater,
  events: WriterEvents,
): SessionLock {
  if (locks !== null) return acquireWriter(db, locks, nameOf(taskId, rater), events);
  events.onRefused();
  return { release: () => {} };
}

/**
 * Holds the session for one piece of work.
 * @returns null if another tab writes it.
 * @throws LeaseLostError if another tab takes over meanwhile.
 */
export async function withSession<T>(
  db: Database,
  locks: Locks,
  taskId: string,
  rater: Rater,
  work: (lease: Lease | null, lost: AbortSignal) => Promise<T>,
): Promise<{ readonly value: T } | null> {
  if (locks === null) return { value: await work(null, new AbortController().signal) };
  return withWriter(db, locks, nameOf(taskId, rater), work);
}
