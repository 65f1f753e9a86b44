import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { openDatabase } from "../storage/db";
import { appendEvents } from "../storage/events";
import { saveReport } from "../storage/reports";
import { report, run } from "../storage/rows.fixture";
import { putRun } from "../storage/runs";
import type { Locks } from "./writer-lock";
import { RunsState } from "./runs.svelte";

const lora = { name: "lora", mean: 0.6, interval: null, n: 2, betweenQuestions: null } as const;

/** As a browser whose tabs hold these runs. */
const heldBy = (...ids: string[]): Locks => ({
  request: () => Promise.reject(new Error("the list of runs takes no lock")),
  query: async () => ({ held: ids.map((id) => ({ name: `steadfast-run-${id}` })), pending: [] }),
});

async function state(name: string, locks: Locks) {
  const db = await openDatabase({ name });
  await putRun(db, run("old", 1));
  await appendEvents(db, "old", { at: 5, events: [{ kind: "model", cycle: 1, model: lora }] });
  await putRun(db, { ...run("new", 2), status: "done" });
  await saveReport(db, "new", report);
  const runs = new RunsState(db, locks);
  await runs.load();
  return { db, runs };
}

test("runs are listed newest first with their means: from the report, else from the events", async () => {
  const { runs } = await state("list", heldBy("old"));
  expect(runs.list.map(({ record, models }) => [record.id, models[0]])).toEqual([
    ["new", report.models[0]],
    ["old", { ...lora, cycle: 1 }],
  ]);
});

test("a run marked running that no tab holds is shown as interrupted", async () => {
  const held = await state("held", heldBy("old"));
  expect(held.runs.list[1]!.record.status).toBe("running");
  const free = await state("free", heldBy());
  expect(free.runs.list[1]!.record.status).toBe("interrupted");
});

test("deleting can be undone, and a run that goes on is not deleted", async () => {
  const { runs } = await state("remove", heldBy("old"));
  const before = runs.list;
  await runs.remove("old");
  expect(runs.list).toHaveLength(2);
  await runs.remove("new");
  expect(runs.list.map(({ record }) => record.id)).toEqual(["old"]);
  await runs.undoRemove();
  expect(runs.list).toEqual(before);
});
