import { expect, test } from "vitest";
import { msUntilRoom, parseDuration, retryAfter, shouldRetry } from "./rate-headers";

const headers = (entries: Record<string, string>) => new Headers(entries);
const NOW = Date.parse("2026-11-27T20:00:00Z");

test.each([
  ["6m0s", 360_000],
  ["1h2m3s", 3_723_000],
  ["120ms", 120],
  ["1.5s", 1500],
  ["30", 30_000],
  ["soon", null],
  ["", null],
  ["5s later", null],
])("the duration %j is %j ms", (text, ms) => {
  expect(parseDuration(text)).toBe(ms);
});

test("retry-after is read in seconds and as a date, and in milliseconds first", () => {
  expect(retryAfter(headers({ "retry-after": "7" }), NOW)).toBe(7000);
  expect(retryAfter(headers({ "retry-after": "0.05" }), NOW)).toBe(50);
  expect(retryAfter(headers({ "retry-after": "Fri, 27 Nov 2026 20:00:09 GMT" }), NOW)).toBe(9000);
  expect(retryAfter(headers({ "retry-after": "Fri, 27 Nov 2026 19:00:00 GMT" }), NOW)).toBe(0);
  expect(retryAfter(headers({ "retry-after": "7", "retry-after-ms": "40" }), NOW)).toBe(40);
  expect(retryAfter(headers({ "retry-after": "later" }), NOW)).toBeNull();
  expect(retryAfter(headers({}), NOW)).toBeNull();
});

test.each([
  [{ "x-should-retry": "true" }, true],
  [{ "x-should-retry": "false" }, false],
  [{ "x-should-retry": "perhaps" }, null],
  [{}, null],
])("a server that says %j of a retry is taken at its word: %j", (said, retry) => {
  expect(shouldRetry(headers(said))).toBe(retry);
});

test("room is awaited where requests or tokens run out, and the longer wait counts", () => {
  const limits = {
    "x-ratelimit-remaining-requests": "0",
    "x-ratelimit-reset-requests": "2s",
    "x-ratelimit-remaining-tokens": "99",
    "x-ratelimit-reset-tokens": "6m0s",
  };
  expect(msUntilRoom(headers(limits), 100)).toBe(360_000);
  expect(msUntilRoom(headers(limits), 99)).toBe(2000);
  expect(msUntilRoom(headers({ ...limits, "x-ratelimit-remaining-requests": "1" }), 99)).toBe(0);
  expect(msUntilRoom(headers({}), 1e9)).toBe(0); // hidden by CORS: nothing is known
});
