import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { backends, useBackend } from "../../../tests/backends";
import { Pace } from "./pace";

let now = 0;
beforeEach(() => {
  now = 0;
  vi.spyOn(performance, "now").mockImplementation(() => now);
});
afterEach(() => vi.restoreAllMocks());

/** The tokens until the next read-back, after some that took so long. */
function after(pace: Pace, tokens: number, milliseconds: number): number {
  now += milliseconds;
  pace.passed(tokens);
  return pace.tokens;
}

test("where the CPU computes, every token is read, for that costs nothing", async () => {
  await useBackend("wasm");
  expect(after(new Pace(), 1, 1)).toBe(1);
});

test.skipIf(!backends.includes("webgpu"))(
  "a fast device decodes 8 tokens before a read-back, a slow one as many as fit 300 ms",
  async () => {
    await useBackend("webgpu");
    const pace = new Pace();
    expect(after(pace, 1, 10)).toBe(8);
    expect(after(pace, 8, 8 * 70)).toBe(4);
    expect(after(pace, 4, 4 * 1000)).toBe(1);
    expect(after(pace, 1, 2)).toBe(8);
  },
);

test("the event loop has a turn every 50 ms", async () => {
  await useBackend("cpu");
  const pace = new Pace();
  let turns = 0;
  const turn = setInterval(() => (turns += 1), 0);
  await pace.breathe();
  expect(turns).toBe(0);
  now += 60;
  await pace.breathe();
  clearInterval(turn);
  expect(turns).toBeGreaterThan(0);
});
