import { expect, test } from "vitest";
import type { Clock } from "./clock";
import { Limiter, limiterFor } from "./limiter";

const signal = new AbortController().signal;

/** Time that passes when it is slept through, and says so. */
function quickClock(): Clock & { readonly slept: number[] } {
  let now = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    async sleep(ms) {
      slept.push(ms);
      now += ms;
    },
  };
}

test("no more are on the way than allowed, and all get their turn in the order in which they came", async () => {
  const limiter = new Limiter(3);
  let [now, most] = [0, 0];
  const begun: number[] = [];
  await Promise.all(
    Array.from({ length: 20 }, (_, i) =>
      limiter.run(async () => {
        begun.push(i);
        most = Math.max(most, ++now);
        await new Promise((soon) => setTimeout(soon, 1 + (i % 3)));
        now--;
      }, signal),
    ),
  );
  expect(most).toBe(3);
  expect(begun).toEqual(Array.from({ length: 20 }, (_, i) => i));
});

test("a server that asks all to wait hears from nobody until then", async () => {
  const clock = quickClock();
  const limiter = new Limiter(2, clock);
  limiter.closeFor(900);
  limiter.closeFor(200); // the longer wait stands
  const times = await Promise.all(
    [1, 2, 3].map(() => limiter.run(async () => clock.now(), signal)),
  );
  expect(Math.min(...times)).toBeGreaterThanOrEqual(900);
});

test("what an answer says of the room left holds back the next request", async () => {
  const clock = quickClock();
  const limiter = new Limiter(1, clock);
  const said = { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": "3s" };
  limiter.heed(new Headers(said), 10);
  await limiter.run(async () => {}, signal);
  expect(clock.slept).toEqual([3000]);
});

test.each(["23h59m", "1764349200"])(
  "a server without room for longer than is ever waited, %s, is asked all the same, to say so itself",
  async (reset) => {
    const clock = quickClock();
    const limiter = new Limiter(1, clock);
    const said = { "x-ratelimit-remaining-requests": "0", "x-ratelimit-reset-requests": reset };
    limiter.heed(new Headers(said), 10);
    expect(await limiter.run(async () => "asked", signal)).toBe("asked");
    expect(clock.slept).toEqual([]);
  },
);

test("a server has one limiter whatever the path, another number of requests at once a new one, and another server its own", () => {
  const first = limiterFor("http://localhost:1234/v1", 4);
  expect(limiterFor("http://localhost:1234/v2/", 4)).toBe(first);
  expect(limiterFor("http://localhost:1235/v1", 4)).not.toBe(first);
  const other = limiterFor("http://localhost:1234/v1", 2);
  expect(other).not.toBe(first);
  expect(limiterFor("http://localhost:1234/v1", 2)).toBe(other);
});

test("a failure gives its place back, and one that waits can be stopped", async () => {
  const limiter = new Limiter(1);
  const failing = limiter.run(() => Promise.reject(new Error("no")), signal);
  await expect(failing).rejects.toThrow("no");
  let release = () => {};
  const held = limiter.run(() => new Promise<void>((free) => (release = free)), signal);
  const stop = new AbortController();
  const waiting = limiter.run(async () => "never", stop.signal);
  const last = limiter.run(async () => "last", signal);
  stop.abort();
  await expect(waiting).rejects.toMatchObject({ name: "AbortError" });
  release();
  await held;
  expect(await last).toBe("last");
});

test.each([0, -1, 1.5])("%j requests at once are refused", (n) => {
  expect(() => new Limiter(n)).toThrow(/whole number from 1 on/);
});
