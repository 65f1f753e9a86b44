import "fake-indexeddb/auto";
import { expect, test, vi } from "vitest";
import { type Migration, migrations, openDatabase } from "./db";
import { type SessionRow, appendSessionEvent, sessionEventsOf } from "./sessions";

const stored = {
  id: "c1",
  importedAt: 1,
  source: "questions.csv",
  corpus: { name: "questions", questions: [], recordedModel: null },
};
const released = migrations.map((_, i) => i + 1);
const addStore: Migration = (db) => {
  db.createObjectStore("later" as "corpora", { keyPath: "id" });
};

async function databaseOfVersion(version: number, name: string): Promise<void> {
  const db = await openDatabase({ name, steps: migrations.slice(0, version) });
  await db.put("corpora", stored);
  db.close();
}

test.each(released)(
  "a database of version %i opens at the newest and keeps its rows",
  async (version) => {
    await databaseOfVersion(version, `from-${version}`);
    const db = await openDatabase({ name: `from-${version}` });
    expect(db.version).toBe(migrations.length);
    expect([...db.objectStoreNames]).toEqual([
      ...["adapters", "answers", "apiKeys", "checkpointChunks", "checkpoints", "corpora"],
      ...["decisions", "draftItems", "drafts", "events", "leases", "models", "replies", "reports"],
      ...["runs", "sessions", "tasks"],
    ]);
    expect(await db.getAll("corpora")).toEqual([stored]);
  },
);

test("labels of version 2, an event a row, are a session as before, in their order", async () => {
  const db = await openDatabase({ name: "event-rows", steps: migrations.slice(0, 2) });
  const events = [0, 1, 2].map((item) => ({ kind: "label", item, label: "Y", at: item }) as const);
  for (const event of events) {
    const row = { taskId: "t", kind: "person", name: "Ann", part: 0, event };
    await db.add("sessions", row as unknown as SessionRow);
  }
  db.close();
  const upgraded = await openDatabase({ name: "event-rows" });
  const ann = { name: "Ann", kind: "person" } as const;
  await appendSessionEvent(upgraded, "t", ann, { kind: "undo", at: 3 });
  expect(await sessionEventsOf(upgraded, "t", ann)).toEqual([...events, { kind: "undo", at: 3 }]);
});

test("a failing step leaves the database at its old version, whole", async () => {
  await databaseOfVersion(migrations.length, "failing");
  const wipeThenFail: Migration = async (_db, tx) => {
    await tx.objectStore("corpora").clear();
    throw new Error("the step failed");
  };
  const upgrade = openDatabase({ name: "failing", steps: [...migrations, addStore, wipeThenFail] });
  await expect(upgrade).rejects.toThrow("the step failed");

  const db = await openDatabase({ name: "failing" });
  expect(db.version).toBe(migrations.length);
  expect([...db.objectStoreNames]).not.toContain("later");
  expect(await db.getAll("corpora")).toEqual([stored]);
});

test("an older app refuses a newer database and leaves it as it is", async () => {
  const steps = [...migrations, addStore];
  (await openDatabase({ name: "newer", steps })).close();
  await expect(openDatabase({ name: "newer" })).rejects.toMatchObject({ name: "VersionError" });
  const db = await openDatabase({ name: "newer", steps });
  expect([...db.objectStoreNames]).toContain("later");
});

test("a tab lets go when a newer one needs to upgrade", async () => {
  const onClosed = vi.fn();
  await openDatabase({ name: "shared", onClosed });
  const newer = await openDatabase({ name: "shared", steps: [...migrations, addStore] });
  expect(onClosed).toHaveBeenCalledOnce();
  expect(newer.version).toBe(migrations.length + 1);
});
