import "fake-indexeddb/auto";
import { expect, test, vi } from "vitest";
import { saveAdapter } from "./adapters";
import { saveAnswers } from "./answers";
import { deleteCorpus, putCorpus } from "./corpora";
import { openDatabase } from "./db";
import { appendEvents } from "./events";
import { saveReport } from "./reports";
import { deleteRun, putRun, restoreRun } from "./runs";
import { adapter, answersTo, corpus, report, run } from "./rows.fixture";
import { write } from "./write";

test("every save is one transaction of strict durability", async () => {
  const db = await openDatabase({ name: "durability" });
  const begun = vi.spyOn(IDBDatabase.prototype, "transaction");
  const set = { cycle: 1, role: "lora", split: "evaluation" } as const;
  const removed = await (async () => {
    await putCorpus(db, corpus("c1"));
    await deleteCorpus(db, "c1");
    await putRun(db, run("a"));
    await appendEvents(db, "a", { at: 1, events: [] });
    await saveAnswers(db, "a", set, answersTo(1));
    await saveAdapter(db, "a", 1, "lora", adapter);
    await saveReport(db, "a", report);
    return deleteRun(db, "a");
  })();
  await restoreRun(db, removed!);
  expect(begun.mock.calls).toHaveLength(9);
  for (const [, mode, options] of begun.mock.calls) {
    expect([mode, options]).toEqual(["readwrite", { durability: "strict" }]);
  }
  begun.mockRestore();
});

test("work that throws half-way stores nothing, and its error comes through", async () => {
  const db = await openDatabase({ name: "half-way" });
  const halfWay = write(db, ["runs", "corpora"], async (tx) => {
    await tx.objectStore("corpora").put(corpus("c1"));
    throw new Error("stopped half-way");
  });
  await expect(halfWay).rejects.toThrow("stopped half-way");
  expect(await db.count("corpora")).toBe(0);
});

test("a row that the database refuses stores nothing", async () => {
  const db = await openDatabase({ name: "refused" });
  const refused = write(db, ["corpora"], async (tx) => {
    await tx.objectStore("corpora").put(corpus("c1"));
    await tx.objectStore("corpora").add(corpus("c1"));
  });
  await expect(refused).rejects.toMatchObject({ name: "ConstraintError" });
  expect(await db.count("corpora")).toBe(0);
});
