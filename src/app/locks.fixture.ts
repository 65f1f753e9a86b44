/** Web Locks for tests, which Node 20 has not: exclusive locks, first come first served. */
import type { Locks } from "./run-locks";

type Callback = (lock: Lock | null) => unknown;

export function webLocks(): Locks & object {
  const held = new Set<string>();
  const queues = new Map<string, (() => void)[]>();

  async function run(name: string, callback: Callback): Promise<unknown> {
    held.add(name);
    try {
      return await callback({ name, mode: "exclusive" });
    } finally {
      held.delete(name);
      queues.get(name)?.shift()?.();
    }
  }

  async function request(name: string, ...rest: [Callback] | [LockOptions, Callback]) {
    const [options, callback] = rest.length === 1 ? [{}, rest[0]] : rest;
    if (!held.has(name)) return run(name, callback);
    if (options.ifAvailable) return callback(null);
    await new Promise<void>((resolve, reject) => {
      queues.set(name, [...(queues.get(name) ?? []), resolve]);
      options.signal?.addEventListener("abort", () => reject(new DOMException("", "AbortError")));
    });
    return run(name, callback);
  }

  return { request, query: async () => ({ held: [...held].map((name) => ({ name })) }) } as Locks &
    object;
}
