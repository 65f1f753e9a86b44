/**
 * Which runs are alive, told by a lock that their tab holds: the browser releases it when the tab is closed or
 * crashes, so a run marked "running" whose lock is free was interrupted.
 */
const nameOf = (runId: string) => `steadfast-run-${runId}`;

/** The part of navigator.locks needed here; null where a page is served without TLS and has none. */
export type Locks = Pick<LockManager, "request" | "query"> | null;

export async function holdRun<T>(locks: Locks, runId: string, work: () => Promise<T>): Promise<T> {
  return locks === null ? work() : locks.request(nameOf(runId), work);
}

/** Whether a tab, this or another, holds the run. Without locks nobody can tell, and no other tab is assumed. */
export async function isHeld(locks: Locks, runId: string): Promise<boolean> {
  const held = (await locks?.query())?.held ?? [];
  return held.some(({ name }) => name === nameOf(runId));
}
