import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { openDatabase } from "./db";
import { appendEvents } from "./events";
import { LeaseLostError, bindTo, dropLease, takeLease } from "./leases";
import { run } from "./rows.fixture";
import { putRun } from "./runs";
import { appendSessionEvent } from "./sessions";

const ann = { name: "Ann", kind: "person" } as const;
const event = { kind: "undo", at: 1 } as const;

test("promise 5: what a tab writes after another has taken over is refused, and nothing of it is stored", async () => {
  const db = await openDatabase({ name: "lease-taken" });
  const first = await takeLease(db, "session");
  await appendSessionEvent(db, "t", ann, event, first);
  const second = await takeLease(db, "session");
  await expect(appendSessionEvent(db, "t", ann, event, first)).rejects.toThrow(LeaseLostError);
  await expect(putRun(db, run("a"), first)).rejects.toThrow("another tab has taken over");
  expect([await db.count("sessions"), await db.count("runs")]).toEqual([1, 0]);
  await appendSessionEvent(db, "t", ann, event, second);
  expect(await db.count("sessions")).toBe(2);
});

test("every write of a bound connection is under its lease", async () => {
  const db = await openDatabase({ name: "lease-bound" });
  const worker = await openDatabase({ name: "lease-bound" });
  bindTo(worker, await takeLease(db, "run"));
  await appendEvents(worker, "a", { at: 1, events: [] });
  await takeLease(db, "run");
  await expect(appendEvents(worker, "a", { at: 2, events: [] })).rejects.toThrow(LeaseLostError);
  expect(await db.count("events")).toBe(1);
});

test("a lease is dropped by whoever holds it, and by no one else", async () => {
  const db = await openDatabase({ name: "lease-drop" });
  const first = await takeLease(db, "x");
  const second = await takeLease(db, "x");
  await dropLease(db, first);
  expect(await db.get("leases", "x")).toEqual(second);
  await dropLease(db, second);
  expect(await db.count("leases")).toBe(0);
  await expect(appendSessionEvent(db, "t", ann, event, second)).rejects.toThrow(LeaseLostError);
});
