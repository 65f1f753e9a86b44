/** Time, so that tests need not wait. */
export interface Clock {
  /** ms since the epoch. */
  now(): number;
  /** @throws DOMException "AbortError" as soon as the signal aborts. */
  sleep(ms: number, signal: AbortSignal): Promise<void>;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal.aborted) return reject(stopped());
      const end = () => {
        clearTimeout(timer);
        reject(stopped());
      };
      const timer = setTimeout(() => {
        signal.removeEventListener("abort", end);
        resolve();
      }, ms);
      signal.addEventListener("abort", end, { once: true });
    }),
};

export const stopped = () => new DOMException("stopped", "AbortError");
