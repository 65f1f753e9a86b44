/**
 * One tab writes a thing. A Web Lock says which, and the browser frees it when the tab ends; but a tab that is frozen
 * keeps it. So whoever waits asks the holder every second, and takes the lock from one that does not answer. What the
 * holder has is a lease besides: on waking it may act before it knows, and its write then fails (src/storage/leases.ts).
 *
 * The holder answers a message, and needs no timer for it: those of a hidden tab are slowed down.
 */
import type { Database } from "../storage/db";
import { type Lease, LeaseLostError, dropLease, takeLease } from "../storage/leases";

/** The part of navigator.locks needed here; null where a page is served without TLS and has none. */
export type Locks = Pick<LockManager, "request" | "query"> | null;

/** How long a holder has to answer, and how many times it is asked. */
export interface Patience {
  readonly every: number; // ms
  readonly times: number;
}
const PATIENCE: Patience = { every: 1000, times: 4 };

/* @wc-ignore */ const ASK = "are you there?";
/* @wc-ignore */ const ANSWER = "I am";

/** What the work came to. */
interface Held<T> {
  readonly value: T;
}

/** @param lost  aborted when another tab has taken over. */
type Work<T> = (lease: Lease, lost: AbortSignal) => Promise<T>;

/** Whether a tab, this or another, holds the lock. Without locks nobody can tell, and no other tab is assumed. */
export async function isLocked(locks: Locks, name: string): Promise<boolean> {
  return ((await locks?.query())?.held ?? []).some((lock) => lock.name === name);
}

/**
 * Does a piece of work as the one that writes.
 * @returns null if another tab writes, and answers.
 * @throws LeaseLostError if another tab takes over meanwhile; else what the work throws.
 */
export async function withWriter<T>(
  db: Database,
  locks: Locks & object,
  name: string,
  work: Work<T>,
  { every, times } = PATIENCE,
): Promise<Held<T> | null> {
  let held = await attempt(db, locks, name, work, { ifAvailable: true });
  for (let asked = 0; held === null && asked < times; asked++) {
    const round = new AbortController();
    const answered = answers(name, every).finally(() => round.abort());
    held = await attempt(db, locks, name, work, { signal: round.signal });
    if (held === null && (await answered)) return null;
  }
  return held ?? takeOver(db, locks, name, work, every);
}

export interface WriterEvents {
  /** This tab writes from now on. */
  readonly onHeld: (lease: Lease) => void;
  /** Another tab writes: at once, and when it has taken over. */
  readonly onRefused: () => void;
  readonly onFailed: (error: unknown) => void;
}

/** Asks to be the one that writes, and keeps asking until it is, and again when another tab has taken over. */
export function acquireWriter(
  db: Database,
  locks: Locks & object,
  name: string,
  { onHeld, onRefused, onFailed }: WriterEvents,
  { every, times } = PATIENCE,
): { release(): void } {
  const released = new AbortController();
  const { signal } = released;
  const hold: Work<void> = async (lease, lost) => {
    if (signal.aborted) return;
    onHeld(lease);
    await aborted(AbortSignal.any([signal, lost]));
  };
  const keepTrying = async () => {
    let outcome = await outcomeOf(attempt(db, locks, name, hold, { ifAvailable: true }));
    if (outcome === "refused") onRefused();
    for (let unanswered = 0; outcome !== "ended" && !signal.aborted;) {
      if (outcome === "taken") onRefused();
      const answered = answers(name, every);
      const queued = AbortSignal.any([signal, AbortSignal.timeout(every)]);
      outcome = await outcomeOf(
        unanswered < times
          ? attempt(db, locks, name, hold, { signal: queued })
          : takeOver(db, locks, name, hold, every),
      );
      // A tab that nobody looks at takes nothing away.
      const isPatient = outcome === "taken" || isHidden() || (await answered);
      unanswered = isPatient ? 0 : unanswered + 1;
    }
  };
  keepTrying().catch(onFailed);
  return { release: () => released.abort() };
}

/** Whether whoever holds the lock is frozen, as far as can be told: it was asked several times. */
export async function isSilent(name: string, { every, times } = PATIENCE): Promise<boolean> {
  for (let asked = 0; asked < times; asked++) if (await answers(name, every)) return false;
  return true;
}

/** @returns null if the lock is not to be had: it is held, or the signal came first. */
async function attempt<T>(
  db: Database,
  locks: Locks & object,
  name: string,
  work: Work<T>,
  options: LockOptions,
): Promise<Held<T> | null> {
  const lost = new AbortController();
  let [begun, finished] = [false, false];
  try {
    return await locks.request(name, options, async (lock) => {
      if (lock === null) return null;
      begun = true;
      const lease = await takeLease(db, name);
      const stopAnswering = answer(name);
      lost.signal.addEventListener("abort", stopAnswering);
      try {
        lost.signal.throwIfAborted(); // taken before the lease was
        return { value: await work(lease, lost.signal) };
      } finally {
        finished = true;
        stopAnswering();
        await dropLease(db, lease).catch(() => {}); // a row left over says nothing
      }
    });
  } catch (error) {
    if (!begun && options.signal?.aborted) return null;
    if (finished || !isAbort(error)) throw error;
    const taken = new LeaseLostError();
    lost.abort(taken);
    throw taken;
  }
}

/**
 * Takes the lock from a holder that is silent. One tab at a time, until it has its lease and answers: else the second
 * would take it from the first, and their leases might come in the other order.
 */
async function takeOver<T>(
  db: Database,
  locks: Locks & object,
  name: string,
  work: Work<T>,
  every: number,
): Promise<Held<T> | null> {
  const taking = await locks.request(`${name}-taking`, { ifAvailable: true }, async (lock) => {
    if (lock === null || (await answers(name, every))) return null;
    let done!: Promise<Held<T> | null>;
    await new Promise<void>((resolve) => {
      const begin: Work<T> = (lease, lost) => {
        resolve();
        return work(lease, lost);
      };
      done = attempt(db, locks, name, begin, { steal: true });
      void done.catch(() => {}).finally(resolve); // whoever awaits it below learns why
    });
    return { done };
  });
  return taking === null ? null : taking.done;
}

/** Answers whoever asks, until it is stopped. */
function answer(name: string): () => void {
  const channel = new BroadcastChannel(name);
  channel.onmessage = ({ data }) => {
    if (data === ASK) channel.postMessage(ANSWER);
  };
  return () => channel.close();
}

/** Whether the holder answers within so many ms; true as soon as it does. */
function answers(name: string, within: number): Promise<boolean> {
  const channel = new BroadcastChannel(name);
  return new Promise((resolve) => {
    const end = (answered: boolean) => {
      clearTimeout(timer);
      channel.close();
      resolve(answered);
    };
    const timer = setTimeout(() => end(false), within);
    channel.onmessage = ({ data }) => {
      if (data === ANSWER) end(true);
    };
    channel.postMessage(ASK);
  });
}

const isHidden = () => "document" in globalThis && document.visibilityState === "hidden";

const isAbort = (error: unknown) => error instanceof DOMException && error.name === "AbortError";

const aborted = (signal: AbortSignal) =>
  new Promise<void>((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener("abort", () => resolve());
  });

async function outcomeOf(held: Promise<Held<void> | null>): Promise<"ended" | "refused" | "taken"> {
  try {
    return (await held) === null ? "refused" : "ended";
  } catch (error) {
    if (error instanceof LeaseLostError) return "taken";
    throw error;
  }
}
