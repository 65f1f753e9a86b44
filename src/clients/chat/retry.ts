/** Asks again while a failure may pass, with exponential backoff and full jitter. */
import { deriveSeed, mulberry32, type Random } from "../../core/random";
import type { Clock } from "./clock";
import { ApiError } from "./errors";
import type { Failure } from "./failure";

/** Requests for one reply, the first included. */
export const ATTEMPTS = 8;
/** Of a server that has never answered: it is likely not there at all. */
const FIRST_ATTEMPTS = 3;
const BASE = 500; // ms
const LONGEST_BACKOFF = 30_000; // ms
/** A server that asks for more is not waited for: the work can be taken up later. */
export const LONGEST_WAIT = 15 * 60_000; // ms

export interface RetryOptions {
  readonly clock: Clock;
  /** Of the jitter; two requests should not have the same. */
  readonly random: Random;
  readonly signal: AbortSignal;
  /** What a failure means. */
  readonly judge: (error: unknown) => Failure;
  /** Whether the server has ever answered. */
  readonly hasAnswered: () => boolean;
  /** Hears how long nothing should be sent at all. */
  readonly onClosed: (ms: number) => void;
}

/** The jitter of one request: from what it asks, so that a run is repeatable and no two requests wait alike. */
export const jitterOf = (prompt: string, sample: number): Random =>
  mulberry32(deriveSeed(sample, "retry", prompt));

/**
 * Backoff before attempt n + 1, in ms: uniform in [0, min(30 s, 500 ms · 2ⁿ)), n from 0.
 * @see M. Brooker, "Exponential Backoff and Jitter", 2015: full jitter.
 */
export function backoff(n: number, random: Random): number {
  return random() * Math.min(LONGEST_BACKOFF, BASE * 2 ** n);
}

/** @throws ApiError when it is no use, or not after 8 attempts; DOMException "AbortError" when stopped. */
export async function withRetries<T>(
  attempt: () => Promise<T>,
  { clock, random, signal, judge, hasAnswered, onClosed }: RetryOptions,
): Promise<T> {
  for (let n = 0; ; n++) {
    try {
      return await attempt();
    } catch (error) {
      if (signal.aborted) throw new DOMException("stopped", "AbortError");
      const failure = judge(error);
      if (failure.kind === "stop") throw failure.error;
      const { afterMs, forAll, reached, reason } = failure;
      const attempts = reached || hasAnswered() ? ATTEMPTS : FIRST_ATTEMPTS;
      if (n + 1 >= attempts) throw new ApiError(`${reason} (asked ${attempts} times)`);
      if (afterMs !== null && afterMs > LONGEST_WAIT) {
        throw new ApiError(
          `the server asks to wait ${Math.ceil(afterMs / 60_000)} minutes (${reason}); go on then: what was answered is kept`,
        );
      }
      const wait = (afterMs ?? 0) + backoff(n, random);
      if (forAll && afterMs !== null) onClosed(afterMs);
      await clock.sleep(wait, signal);
    }
  }
}
