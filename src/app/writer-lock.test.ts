import "fake-indexeddb/auto";
import { setTimeout as sleep } from "node:timers/promises";
import { afterEach, expect, test, vi } from "vitest";
import { openDatabase } from "../storage/db";
import { type Lease, LeaseLostError, takeLease } from "../storage/leases";
import { webLocks } from "./locks.fixture";
import { acquireWriter, isLocked, withWriter } from "./writer-lock";

const quickly = { every: 20, times: 3 };
const opened: { release(): void }[] = [];
afterEach(() => opened.splice(0).forEach((tab) => tab.release()));

/** A tab that wants to write, and what it was told. */
function tab(db: Awaited<ReturnType<typeof openDatabase>>, locks = webLocks(), name = "thing") {
  const told: string[] = [];
  const leases: Lease[] = [];
  const writer = acquireWriter(
    db,
    locks,
    name,
    {
      onHeld: (lease) => {
        leases.push(lease);
        told.push("held");
      },
      onRefused: () => told.push("refused"),
      onFailed: (error) => told.push(String(error)),
    },
    quickly,
  );
  opened.push(writer);
  return { told, leases, release: () => writer.release() };
}

/** A tab that holds the lock and neither answers nor lets go, as a frozen one does. */
async function frozenTab(db: Awaited<ReturnType<typeof openDatabase>>, name: string) {
  const locks = webLocks();
  const broken = locks
    .request(name, {}, () => new Promise(() => {}))
    .catch((error: Error) => error.name);
  return { locks, broken, lease: await takeLease(db, name) };
}

test("the second tab waits while the first answers, and writes once it has let go", async () => {
  const db = await openDatabase({ name: "writer-two" });
  const locks = webLocks();
  const first = tab(db, locks, "two");
  await vi.waitFor(() => expect(first.told).toEqual(["held"]));
  const second = tab(db, locks, "two");
  await sleep(12 * quickly.every);
  expect(second.told).toEqual(["refused"]);
  first.release();
  await vi.waitFor(() => expect(second.told).toEqual(["refused", "held"]));
  expect(first.told).toEqual(["held"]);
});

test("promise 5: a tab that holds the lock and does not answer loses it, and its lease with it", async () => {
  const db = await openDatabase({ name: "writer-frozen" });
  const { locks, broken, lease } = await frozenTab(db, "frozen");
  const second = tab(db, locks, "frozen");
  await vi.waitFor(() => expect(second.told).toEqual(["refused", "held"]));
  expect(await broken).toBe("AbortError");
  expect(await db.get("leases", "frozen")).toEqual(second.leases[0]);
  expect(lease.token).not.toBe(second.leases[0]!.token);
});

test("a holder whose lock was taken is told, and waits as any other", async () => {
  const db = await openDatabase({ name: "writer-taken" });
  const locks = webLocks();
  const first = tab(db, locks, "taken");
  await vi.waitFor(() => expect(first.told).toEqual(["held"]));
  let letGo!: () => void;
  void locks.request(
    "taken",
    { steal: true },
    () => new Promise<void>((resolve) => (letGo = resolve)),
  );
  await vi.waitFor(() => expect(first.told).toEqual(["held", "refused"]));
  letGo();
  await vi.waitFor(() => expect(first.told).toEqual(["held", "refused", "held"]));
});

test("two tabs that take over at once end with one writer", async () => {
  const db = await openDatabase({ name: "writer-race" });
  const { locks } = await frozenTab(db, "race");
  const tabs = [tab(db, locks, "race"), tab(db, locks, "race")];
  await sleep(20 * quickly.every);
  expect(tabs.map(({ told }) => told.at(-1)).sort()).toEqual(["held", "refused"]);
});

test("work is refused while a tab answers, is done where one is frozen, and ends when it is taken itself", async () => {
  const db = await openDatabase({ name: "writer-work" });
  const locks = webLocks();
  const first = tab(db, locks, "work");
  await vi.waitFor(() => expect(first.told).toEqual(["held"]));
  expect(await withWriter(db, locks, "work", async () => 1, quickly)).toBeNull();

  const frozen = await frozenTab(db, "left");
  expect(await withWriter(db, frozen.locks, "left", async () => 1, quickly)).toEqual({ value: 1 });
  expect(await isLocked(frozen.locks, "left")).toBe(false);
  expect(await db.get("leases", "left")).toBeUndefined();

  const signals: AbortSignal[] = [];
  const work = withWriter(db, locks, "stolen", (_, lost) => {
    signals.push(lost);
    return new Promise(() => {});
  });
  await vi.waitFor(() => expect(signals).toHaveLength(1));
  void locks.request("stolen", { steal: true }, () => {});
  await expect(work).rejects.toThrow(LeaseLostError);
  expect(signals[0]!.aborted).toBe(true);
});

test("work that fails with an error of its own, an abort included, throws that", async () => {
  const db = await openDatabase({ name: "writer-error" });
  const own = new DOMException("stopped by the user", "AbortError");
  const work = withWriter(db, webLocks(), "error", () => Promise.reject(own));
  await expect(work).rejects.toBe(own);
});
