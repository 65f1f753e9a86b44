/**
 * Which runs are alive, told by a lock that their tab holds: the browser releases it when the tab is closed or
 * crashes, so a run marked "running" whose lock is free was interrupted.
 */
import type { Database } from "../storage/db";
import { type Lease, LeaseLostError } from "../storage/leases";
import { type Locks, isLocked, isSilent, withWriter } from "./writer-lock";

const nameOf = (runId: string) => `steadfast-run-${runId}`;

/**
 * Does a run's work as the one tab that may.
 * @param work  its lease is null where there are no locks, and no other tab can be told of.
 * @throws LeaseLostError if another tab is at it, or takes it over.
 */
export async function holdRun(
  db: Database,
  locks: Locks,
  runId: string,
  work: (lease: Lease | null, lost: AbortSignal) => Promise<void>,
): Promise<void> {
  if (locks === null) return work(null, new AbortController().signal);
  const done = await withWriter(db, locks, nameOf(runId), work);
  if (done === null) throw new LeaseLostError();
}

/** Whether a tab, this or another, holds the run. */
export function isHeld(locks: Locks, runId: string): Promise<boolean> {
  return isLocked(locks, nameOf(runId));
}

/** Resolves when another tab's run can be gone on with. @returns why: its tab has ended, or does not answer. */
export async function untilLeft(
  locks: Locks,
  runId: string,
  signal: AbortSignal,
): Promise<"ended" | "frozen" | null> {
  while (!signal.aborted) {
    if (!(await isHeld(locks, runId))) return "ended";
    if (await isSilent(nameOf(runId))) return (await isHeld(locks, runId)) ? "frozen" : "ended";
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
  return null;
}
