import "fake-indexeddb/auto";
import { afterEach, expect, test, vi } from "vitest";
import { saveAdapter } from "./adapters";
import { saveAnswers } from "./answers";
import { saveCheckpoint } from "./checkpoints";
import { putCorpus } from "./corpora";
import { type Database, openDatabase } from "./db";
import { sha256OfBytes } from "./digest";
import { appendEvents } from "./events";
import type { ProjectItem } from "../core/format/project/items";
import { EVERYTHING, importItems, isEmpty, projectItems, wipe } from "./project";
import { saveReport } from "./reports";
import { adapter, answersTo, checkpoint, corpus, report, run } from "./rows.fixture";
import { putRun } from "./runs";
import { StorageFullError } from "./storage-full";

const set = { cycle: 1, role: "lora", split: "evaluation" } as const;
const WRITES = {
  "a corpus": (db: Database) => putCorpus(db, corpus("c2")),
  "a run": (db: Database) => putRun(db, run("b")),
  events: (db: Database) => appendEvents(db, "a", { at: 2, events: [] }),
  answers: (db: Database) => saveAnswers(db, "a", { ...set, cycle: 2 }, answersTo(1)),
  "an adapter": (db: Database) => saveAdapter(db, "a", 2, "lora", adapter),
  "a checkpoint": (db: Database) => saveCheckpoint(db, "a", checkpoint(2), 2, sha256OfBytes),
  "a report": (db: Database) => saveReport(db, "b", report),
};

afterEach(() => void vi.restoreAllMocks());

async function filled(name: string): Promise<Database> {
  const db = await openDatabase({ name });
  await putRun(db, run("a"));
  await putCorpus(db, corpus("c1"));
  await saveAnswers(db, "a", set, answersTo(1));
  await saveAdapter(db, "a", 1, "lora", adapter);
  await saveCheckpoint(db, "a", checkpoint(1), 2, sha256OfBytes);
  return db;
}

async function everything(db: Database): Promise<ProjectItem[]> {
  const items: ProjectItem[] = [];
  for await (const item of projectItems(db, EVERYTHING)) items.push(item);
  return items;
}

const full = () => {
  throw new DOMException("The disk is full.", "QuotaExceededError");
};

test.each(Object.entries(WRITES))(
  "promise 4: no room for %s: the error names the size and what to delete, and nothing earlier is lost",
  async (name, write) => {
    const db = await filled(`full-${name}`);
    const before = await everything(db);
    vi.spyOn(IDBObjectStore.prototype, "put").mockImplementation(full);
    vi.spyOn(IDBObjectStore.prototype, "add").mockImplementation(full);
    const refused = write(db);
    await expect(refused).rejects.toBeInstanceOf(StorageFullError);
    await expect(refused).rejects.toThrow(/no room for \d+(\.\d)? [kM]B .*Delete runs or corpora/);
    vi.restoreAllMocks();
    expect(await everything(db)).toEqual(before);
    await write(db); // with room it goes on as if nothing had been
  },
);

test("promise 4: room that ends between two rows of one import leaves neither", async () => {
  const db = await filled("half");
  const before = await everything(db);
  await wipe(db);
  const add = Reflect.get<IDBObjectStore, "add">(IDBObjectStore.prototype, "add");
  let writes = 0;
  vi.spyOn(IDBObjectStore.prototype, "add").mockImplementation(function (
    this: IDBObjectStore,
    ...row: Parameters<typeof add>
  ) {
    return ++writes === 3 ? full() : add.apply(this, row);
  });
  await expect(importItems(db, before)).rejects.toBeInstanceOf(StorageFullError);
  vi.restoreAllMocks();
  expect(await isEmpty(db)).toBe(true);
  await importItems(db, before);
  expect(await everything(db)).toEqual(before);
});
