/** Web Locks for tests, which Node 20 has not: exclusive locks, first come first served, that can be stolen. */
import type { Locks } from "./writer-lock";

type Callback = (lock: Lock | null) => unknown;
type Break = (reason: unknown) => void;

export function webLocks(): Locks & object {
  /** What breaks the hold of each lock. */
  const held = new Map<string, Break>();
  const queues = new Map<string, (() => void)[]>();

  async function run(name: string, callback: Callback): Promise<unknown> {
    let rejectBroken!: Break;
    const broken = new Promise<never>((_, reject) => (rejectBroken = reject));
    held.set(name, rejectBroken);
    try {
      return await Promise.race([(async () => callback({ name, mode: "exclusive" }))(), broken]);
    } finally {
      if (held.get(name) === rejectBroken) {
        held.delete(name);
        queues.get(name)?.shift()?.();
      }
    }
  }

  async function request(
    name: string,
    { ifAvailable, steal, signal }: LockOptions,
    then: Callback,
  ) {
    signal?.throwIfAborted();
    const breakHold = held.get(name);
    if (!breakHold) return run(name, then);
    if (steal) {
      breakHold(new DOMException("Lock broken by another request", "AbortError"));
      return run(name, then);
    }
    if (ifAvailable) return then(null);
    const queue = queues.get(name) ?? [];
    queues.set(name, queue);
    await new Promise<void>((resolve, reject) => {
      queue.push(resolve);
      signal?.addEventListener("abort", () => {
        queue.splice(queue.indexOf(resolve), 1);
        reject(signal.reason as Error);
      });
    });
    return run(name, then);
  }

  const query = async () => ({ held: [...held.keys()].map((name) => ({ name })) });
  return { request, query } as Locks & object;
}
