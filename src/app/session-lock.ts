/** One tab writes a rater's session: the one that holds its lock, which the browser frees when the tab ends. */
import { type Rater } from "../core/annotation/session-file";
import { raterKey } from "../core/annotation/merge";
import type { Locks } from "./run-locks";

const nameOf = (taskId: string, rater: Rater) => `steadfast-session-${taskId}-${raterKey(rater)}`;

export interface SessionLock {
  /** Lets the next tab in. */
  release(): void;
}

/**
 * Asks for the right to write a session, and keeps asking until it has it.
 *
 * @param onHeld    called once the lock is held, be it at once or when another tab lets go.
 * @param onRefused called if another tab holds it now. Without locks nobody could tell, so it is refused for good.
 */
export function acquireSession(
  locks: Locks,
  taskId: string,
  rater: Rater,
  onHeld: () => void,
  onRefused: () => void,
): SessionLock {
  const released = new AbortController();
  const untilReleased = new Promise<void>((resolve) =>
    released.signal.addEventListener("abort", () => resolve()),
  );
  const hold = () => {
    if (released.signal.aborted) return;
    onHeld();
    return untilReleased;
  };
  const name = nameOf(taskId, rater);
  const acquire = async (held: Locks & object) => {
    const wasFree = await held.request(name, { ifAvailable: true }, async (lock) => {
      if (lock === null) return false;
      await hold();
      return true;
    });
    if (wasFree || released.signal.aborted) return;
    onRefused();
    await held.request(name, { signal: released.signal }, hold);
  };
  if (locks === null) onRefused();
  else acquire(locks).catch(ignoreAbort);
  return { release: () => released.abort() };
}

/** Holds the session for one piece of work. @returns null if another tab writes it. */
export async function withSession<T>(
  locks: Locks,
  taskId: string,
  rater: Rater,
  work: () => Promise<T>,
): Promise<{ readonly value: T } | null> {
  if (locks === null) return { value: await work() };
  return locks.request(nameOf(taskId, rater), { ifAvailable: true }, async (lock) =>
    lock === null ? null : { value: await work() },
  );
}

function ignoreAbort(error: unknown): void {
  if (!(error instanceof DOMException && error.name === "AbortError")) throw error;
}
