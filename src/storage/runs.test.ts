import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { adapterOf, adaptersOf, saveAdapter } from "./adapters";
import { answersOf, answerSetsOf, saveAnswers } from "./answers";
import { CHECKPOINT_STORES, checkpointsOf, loadCheckpoint, saveCheckpoint } from "./checkpoints";
import { deleteCorpus, getCorpus, listCorpora, putCorpus } from "./corpora";
import { type Database, openDatabase } from "./db";
import { sha256OfBytes } from "./digest";
import { appendEvents, eventsOf } from "./events";
import { reportOf, saveReport } from "./reports";
import { adapter, answersTo, checkpoint, corpus, report, run } from "./rows.fixture";
import { deleteRun, describeRun, getRun, listRuns, putRun, restoreRun } from "./runs";

const lora = { cycle: 1, role: "lora", split: "evaluation" } as const;
const baseline = { cycle: 0, role: "baseline", split: "evaluation" } as const;
const progress = (done: number) => ({
  at: 100 + done,
  events: [{ kind: "progress", done, total: 3 }] as const,
});

async function fill(db: Database, id: string): Promise<void> {
  await putRun(db, run(id));
  for (const done of [1, 2, 3]) await appendEvents(db, id, progress(done));
  await saveAnswers(db, id, lora, answersTo("q1"));
  await saveAnswers(db, id, baseline, answersTo(1));
  await saveAdapter(db, id, 1, "lora", adapter);
  await saveReport(db, id, report);
  for (const step of [1, 2]) await saveCheckpoint(db, id, checkpoint(step), 2, sha256OfBytes);
}

async function everythingOf(db: Database, id: string): Promise<unknown> {
  return {
    run: await getRun(db, id),
    events: await eventsOf(db, id),
    sets: await answerSetsOf(db, id),
    lora: await answersOf(db, id, lora),
    adapters: await adaptersOf(db, id),
    weights: await adapterOf(db, id, 1, "lora"),
    report: await reportOf(db, id),
    steps: (await checkpointsOf(db, id)).map(({ step }) => step),
    loaded: (await loadCheckpoint(db, id, checkpoint(0).phase, sha256OfBytes)).checkpoint,
  };
}

test("what is saved of a run is read back as it was", async () => {
  const db = await openDatabase({ name: "round-trip" });
  await fill(db, "a");
  expect(await everythingOf(db, "a")).toEqual({
    run: run("a"),
    events: [progress(1), progress(2), progress(3)],
    sets: [baseline, lora],
    lora: answersTo("q1"),
    adapters: [{ cycle: 1, role: "lora" }],
    weights: adapter,
    report,
    steps: [2, 1],
    loaded: checkpoint(2),
  });
});

test("what a run lacks is null or an empty list", async () => {
  const db = await openDatabase({ name: "empty" });
  expect(await everythingOf(db, "a")).toEqual({
    run: null,
    events: [],
    sets: [],
    lora: null,
    adapters: [],
    weights: null,
    report: null,
    steps: [],
    loaded: null,
  });
  expect(await getCorpus(db, "c")).toBeNull();
});

test("events of two runs written in turn come back in order, each to its run", async () => {
  const db = await openDatabase({ name: "interleaved" });
  for (const done of [1, 2, 3]) {
    await appendEvents(db, "a", progress(done));
    await appendEvents(db, "b", progress(10 * done));
  }
  expect((await eventsOf(db, "a")).map(({ at }) => at)).toEqual([101, 102, 103]);
  expect((await eventsOf(db, "b")).map(({ at }) => at)).toEqual([110, 120, 130]);
});

test("saving a set again replaces it", async () => {
  const db = await openDatabase({ name: "replace" });
  await saveAnswers(db, "a", lora, answersTo(1));
  await saveAnswers(db, "a", lora, answersTo(2));
  expect(await answersOf(db, "a", lora)).toEqual(answersTo(2));
  expect(await answerSetsOf(db, "a")).toEqual([lora]);
});

test("deleting a run removes everything of it and nothing of another", async () => {
  const db = await openDatabase({ name: "delete" });
  for (const id of ["a", "ab", "b"]) await fill(db, id);
  const others = [await everythingOf(db, "ab"), await everythingOf(db, "b")];
  await deleteRun(db, "a");
  const stores = [
    "runs",
    "events",
    "answers",
    "adapters",
    "reports",
    ...CHECKPOINT_STORES,
  ] as const;
  const counts = stores.map((store) => db.count(store));
  expect(await Promise.all(counts)).toEqual([2, 6, 4, 2, 2, 4, 4]);
  expect([await everythingOf(db, "ab"), await everythingOf(db, "b")]).toEqual(others);
});

test("a deleted run can be restored as it was, events in order", async () => {
  const db = await openDatabase({ name: "restore" });
  for (const id of ["a", "b"]) await fill(db, id);
  const before = await everythingOf(db, "a");
  const removed = await deleteRun(db, "a");
  await appendEvents(db, "b", progress(4));
  await restoreRun(db, removed!);
  expect(await everythingOf(db, "a")).toEqual(before);
  expect(await eventsOf(db, "b")).toHaveLength(4);
});

test("deleting a run that is not there says so, and takes what a killed worker left of it", async () => {
  const db = await openDatabase({ name: "orphans" });
  await appendEvents(db, "gone", progress(1));
  expect(await deleteRun(db, "gone")).toBeNull();
  expect(await db.count("events")).toBe(0);
});

test("runs and corpora are listed newest first", async () => {
  const db = await openDatabase({ name: "lists" });
  for (const [id, at] of [
    ["b", 2],
    ["c", 3],
    ["a", 1],
  ] as const) {
    // prettier-ignore
    await putRun(db, run(id, at));
    await putCorpus(db, corpus(id, at));
  }
  expect((await listRuns(db)).map(({ id }) => id)).toEqual(["c", "b", "a"]);
  expect((await listCorpora(db)).map(({ id }) => id)).toEqual(["c", "b", "a"]);
  expect(await getCorpus(db, "b")).toEqual(corpus("b", 2));
  await deleteCorpus(db, "b");
  expect((await listCorpora(db)).map(({ id }) => id)).toEqual(["c", "a"]);
});

test("what is said of a run replaces what was said, and a pin is taken from the others", async () => {
  const db = await openDatabase({ name: "words" });
  for (const id of ["a", "b"]) await putRun(db, run(id));
  await describeRun(db, "a", { tag: "first", note: "seed 1", pinned: true });
  await describeRun(db, "b", { pinned: true });
  expect(await getRun(db, "a")).toEqual({ ...run("a"), tag: "first", note: "seed 1" });
  expect(await getRun(db, "b")).toEqual({ ...run("b"), pinned: true });
  await describeRun(db, "a", {});
  expect(await getRun(db, "a")).toEqual(run("a"));
  expect((await getRun(db, "b"))?.pinned).toBe(true);
  await describeRun(db, "none", { tag: "x" });
  expect(await getRun(db, "none")).toBeNull();
});
