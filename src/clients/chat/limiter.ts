/** How many requests are on the way to one server, and when the next may start. All that is asked of it goes through one. */
import { type Clock, stopped, systemClock } from "./clock";
import { type HeadersLike, msUntilRoom } from "./rate-headers";
import { LONGEST_WAIT } from "./retry";

export class Limiter {
  readonly #atOnce: number;
  readonly #clock: Clock;
  #running = 0;
  /** In the order in which they came. */
  readonly #waiting: (() => void)[] = [];
  /** No request starts before, ms since the epoch. */
  #closedUntil = 0;

  /** @param atOnce  requests on the way at the same time, at most. */
  constructor(atOnce: number, clock: Clock = systemClock) {
    if (!Number.isInteger(atOnce) || atOnce < 1) {
      throw new RangeError(`requests at once must be a whole number from 1 on, got ${atOnce}`);
    }
    this.#atOnce = atOnce;
    this.#clock = clock;
  }

  /** Does the work when there is a place and the server takes requests. @throws DOMException "AbortError" if stopped first. */
  async run<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T> {
    await this.#enter(signal);
    try {
      // Closed again meanwhile, by the answer to another request: wait on.
      for (let ms = this.#msClosed(); ms > 0; ms = this.#msClosed()) {
        await this.#clock.sleep(ms, signal);
      }
      if (signal.aborted) throw stopped();
      return await work();
    } finally {
      this.#leave();
    }
  }

  /** The server asks all to wait. */
  closeFor(ms: number): void {
    this.#closedUntil = Math.max(this.#closedUntil, this.#clock.now() + ms);
  }

  /**
   * Heeds what an answer says of the room left. What is longer than is ever waited is passed over: the next request
   * learns from the server itself whether it is so (some give a date where others give a length).
   * @param tokens  that the next request may need.
   */
  heed(headers: HeadersLike, tokens: number): void {
    const ms = msUntilRoom(headers, tokens);
    if (ms > 0 && ms <= LONGEST_WAIT) this.closeFor(ms);
  }

  #msClosed(): number {
    return this.#closedUntil - this.#clock.now();
  }

  async #enter(signal: AbortSignal): Promise<void> {
    if (signal.aborted) throw stopped();
    if (this.#running < this.#atOnce) {
      this.#running++;
      return;
    }
    await new Promise<void>((resolve, reject) => {
      const take = () => {
        signal.removeEventListener("abort", giveUp);
        resolve();
      };
      const giveUp = () => {
        this.#waiting.splice(this.#waiting.indexOf(take), 1);
        reject(stopped());
      };
      this.#waiting.push(take);
      signal.addEventListener("abort", giveUp, { once: true });
    });
  }

  /** The place goes to whoever waits longest. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running--;
  }
}

const limiters = new Map<string, { readonly atOnce: number; readonly limiter: Limiter }>();

/** The one limiter of this thread for a server; another number of requests at once makes a new one. */
export function limiterFor(baseUrl: string, atOnce: number): Limiter {
  const { origin } = new URL(baseUrl);
  const known = limiters.get(origin);
  if (known?.atOnce === atOnce) return known.limiter;
  const limiter = new Limiter(atOnce);
  limiters.set(origin, { atOnce, limiter });
  return limiter;
}
