import "fake-indexeddb/auto";
import { expect, test, vi } from "vitest";
import { someTask } from "../../tests/annotation/tasks";
import { BREAK_DUE_MS } from "../core/annotation/queue";
import { type Database, openDatabase } from "../storage/db";
import { sessionEventsOf } from "../storage/sessions";
import { Labelling } from "./labelling.svelte";
import { webLocks } from "./locks.fixture";
import type { Locks } from "./writer-lock";

const task = await someTask();
const ann = { name: "Ann", kind: "person" } as const;

async function open(db: Database, locks: Locks = webLocks(), now?: () => number) {
  const labelling = new Labelling(db, locks, task, ann, now);
  await vi.waitFor(() => expect(labelling.status).not.toBe("opening"));
  return labelling;
}

test("a label is on disk before the next pair comes, and shows as pressed meanwhile", async () => {
  const db = await openDatabase({ name: "label-commit" });
  const labelling = await open(db);
  const done = labelling.label("Y");
  expect(labelling.pending).toBe("Y");
  expect(labelling.item).toBe(0);
  await labelling.label("N"); // pressed while the first is being written: the pair is not there yet
  await done;
  expect(labelling.pending).toBeNull();
  expect(labelling.item).toBe(1);
  expect(await sessionEventsOf(db, task.id, ann)).toMatchObject([{ item: 0, label: "Y" }]);
});

test("undo goes back across pairs, also after a reload", async () => {
  const db = await openDatabase({ name: "label-undo" });
  const locks = webLocks();
  const before = await open(db, locks);
  for (const label of ["Y", "N", "NA"] as const) await before.label(label);
  before.close();

  const after = await open(db, locks);
  expect(after.item).toBe(3);
  await after.undo();
  await after.undo();
  expect(after.item).toBe(1);
  expect([...after.session.labels.keys()]).toEqual([0]);
  await after.undo();
  await after.undo(); // nothing left: nothing happens
  expect(after.item).toBe(0);
  expect(await sessionEventsOf(db, task.id, ann)).toHaveLength(6);
});

test("flags, comments and moves keep to their pair", async () => {
  const db = await openDatabase({ name: "label-notes" });
  const labelling = await open(db);
  await labelling.label("Y");
  labelling.move(-1);
  await labelling.toggleFlag();
  await labelling.comment("  <b>why?</b> ");
  await labelling.comment("<b>why?</b>"); // as it is: no event
  expect(labelling.shown).toMatchObject({
    ...{ item: 0, label: "Y", flagged: true, comment: "<b>why?</b>" },
  });
  labelling.move(-1);
  expect(labelling.item).toBe(0);
  labelling.move(1);
  expect(labelling.shown).toMatchObject({ item: 1, label: null, flagged: false, comment: "" });
  expect(await sessionEventsOf(db, task.id, ann)).toHaveLength(3);
});

test("answers stand on the side that the task says", async () => {
  const labelling = await open(await openDatabase({ name: "label-sides" }));
  for (const { pairId, swapped } of task.items) {
    const { shown } = labelling;
    const { answers } = task.pairs.find(({ id }) => id === pairId)!;
    expect([shown!.left, shown!.right]).toEqual(swapped ? answers.toReversed() : answers);
    labelling.move(1);
  }
  expect(new Set(task.items.map(({ swapped }) => swapped)).size).toBe(2);
});

test("a label that could not be written says so and stays on its pair", async () => {
  const db = await openDatabase({ name: "label-failing" });
  const labelling = await open(db);
  await labelling.label("Y");
  db.close(); // as when a newer tab takes over
  await labelling.label("N");
  expect(labelling.problem).toMatch(/^This was not saved: .*try again\.$/);
  expect(labelling.item).toBe(1);
  expect(labelling.pending).toBeNull();
  expect(labelling.session.labels.size).toBe(1);
});

test("a second tab only reads, and takes over with all labels when the first lets go", async () => {
  const db = await openDatabase({ name: "label-tabs" });
  const locks = webLocks();
  const first = await open(db, locks);
  const second = await open(db, locks);
  expect([first.status, second.status]).toEqual(["writing", "waiting"]);
  await first.label("Y");
  await second.label("N");
  expect(await sessionEventsOf(db, task.id, ann)).toMatchObject([{ label: "Y" }]);

  first.close();
  await vi.waitFor(() => expect(second.status).toBe("writing"));
  expect(second.item).toBe(1);
  await second.label("N");
  expect(await sessionEventsOf(db, task.id, ann)).toHaveLength(2);
});

test("without locks nothing is written", async () => {
  const labelling = await open(await openDatabase({ name: "label-no-locks" }), null);
  expect(labelling.status).toBe("waiting");
});

test("a break is suggested once in a stretch of work", async () => {
  let now = 0;
  const labelling = await open(await openDatabase({ name: "label-break" }), webLocks(), () => now);
  await labelling.label("Y");
  for (; now < BREAK_DUE_MS; now += 60_000) {
    expect(labelling.breakDue).toBe(false);
    labelling.item = 0;
    await labelling.label("Y");
  }
  await labelling.label("Y");
  expect(labelling.breakDue).toBe(true);
  labelling.dismissBreak();
  now += 1000;
  await labelling.label("Y");
  expect(labelling.breakDue).toBe(false);
});
