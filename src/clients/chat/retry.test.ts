import { expect, test } from "vitest";
import { mulberry32 } from "../../core/random";
import { systemClock } from "./clock";
import { ApiError } from "./errors";
import type { Failure } from "./failure";
import { ATTEMPTS, backoff, jitterOf, withRetries } from "./retry";

const passing: Failure = {
  ...{ kind: "retry", afterMs: null, forAll: false, reached: true, reason: "status 500" },
};

function setting(judge: () => Failure = () => passing) {
  const slept: number[] = [];
  const closed: number[] = [];
  return {
    ...{ slept, closed },
    options: {
      clock: { now: () => 0, sleep: async (ms: number) => void slept.push(ms) },
      random: mulberry32(3),
      signal: new AbortController().signal,
      judge,
      hasAnswered: () => false,
      onClosed: (ms: number) => void closed.push(ms),
    },
  };
}
const failingTimes = (n: number) => {
  let tries = 0;
  return async () => {
    if (tries++ < n) throw new Error("fails");
    return tries;
  };
};

test("what may pass is asked again, up to eight times in all", async () => {
  const { options, slept } = setting();
  expect(await withRetries(failingTimes(ATTEMPTS - 1), options)).toBe(ATTEMPTS);
  expect(slept).toHaveLength(ATTEMPTS - 1);
  await expect(withRetries(failingTimes(ATTEMPTS), setting().options)).rejects.toThrow(
    "status 500 (asked 8 times)",
  );
});

test("backoff is uniform below a limit that doubles up to 30 s, and the same for the same request", () => {
  for (let n = 0; n < 12; n++) {
    const limit = Math.min(30_000, 500 * 2 ** n);
    const random = mulberry32(n + 1);
    const draws = Array.from({ length: 4000 }, () => backoff(n, random));
    expect(Math.min(...draws)).toBeLessThan(0.01 * limit); // full jitter begins at 0
    expect(Math.max(...draws)).toBeLessThan(limit);
    const mean = draws.reduce((a, b) => a + b) / draws.length;
    expect(Math.abs(mean / limit - 0.5)).toBeLessThan(0.03);
  }
  const three = (prompt: string, sample: number) => {
    const random = jitterOf(prompt, sample);
    return [0, 1, 2].map((n) => backoff(n, random));
  };
  expect(three("a", 0)).toEqual(three("a", 0));
  expect(three("a", 0)).not.toEqual(three("a", 1));
});

test("what the server asks to wait is waited, and by all where it says so", async () => {
  const { options, slept, closed } = setting(() => ({ ...passing, afterMs: 5000, forAll: true }));
  await withRetries(failingTimes(2), options);
  expect(Math.min(...slept)).toBeGreaterThanOrEqual(5000);
  expect(closed).toEqual([5000, 5000]);
});

test("a server that wants hours is not waited for", async () => {
  const { options, slept } = setting(() => ({ ...passing, afterMs: 3 * 3_600_000 }));
  await expect(withRetries(failingTimes(1), options)).rejects.toThrow(/asks to wait 180 minutes/);
  expect(slept).toEqual([]);
});

test("one that never answered is tried three times, and what is no use not again", async () => {
  const gone = setting(() => ({ ...passing, reached: false }));
  await expect(withRetries(failingTimes(9), gone.options)).rejects.toThrow("asked 3 times");
  const error = new ApiError("bad key");
  const useless = setting(() => ({ kind: "stop", error }));
  await expect(withRetries(failingTimes(1), useless.options)).rejects.toBe(error);
  expect(useless.slept).toEqual([]);
});

test("stopping ends the wait", async () => {
  const stop = new AbortController();
  const { options } = setting(() => ({ ...passing, afterMs: 60_000 }));
  const waiting = withRetries(failingTimes(1), {
    ...{ ...options, clock: systemClock, signal: stop.signal },
  });
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
});
