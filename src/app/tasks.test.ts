import "fake-indexeddb/auto";
import { expect, test } from "vitest";
import { somePairs, someTask } from "../../tests/annotation/tasks";
import { importLabels } from "../core/annotation/labels-csv";
import type { SessionEvent } from "../core/annotation/queue";
import { type Rater, readSession, writeSession } from "../core/annotation/session-file";
import { writeTask } from "../core/annotation/task-file";
import { openDatabase } from "../storage/db";
import { appendSessionEvent, sessionEventsOf } from "../storage/sessions";
import { putTask } from "../storage/tasks";
import { sha256 } from "./digest";
import { webLocks } from "./locks.fixture";
import { peopleOfRun } from "./people-summary";
import { acquireSession } from "./session-lock";
import { TasksState, readChecks } from "./tasks.svelte";

const task = await someTask();
const [ann, bea] = ["Ann", "Bea"].map((name): Rater => ({ name, kind: "person" })) as [
  Rater,
  Rater,
];
const label = (item: number, label: "Y" | "N" | "NA" = "Y"): SessionEvent => ({
  ...{ kind: "label", item, label, at: item },
});
const file = (name: string, text: string) => new File([text], name);
const sessionFile = async (rater: Rater, events: SessionEvent[]) =>
  file(`${rater.name}.json`, await writeSession({ task, rater, events }, sha256));

async function open(name: string) {
  const db = await openDatabase({ name });
  const locks = webLocks();
  return { db, locks, tasks: new TasksState(db, locks) };
}

test("a task is made once: the same pairs and settings find it again, labels and all", async () => {
  const { db, tasks } = await open("make");
  const pairs = await somePairs();
  const source = { kind: "file", name: "pairs.csv" } as const;
  const first = await tasks.make(pairs, { title: "T", seed: 1 }, source);
  await appendSessionEvent(db, first.id, ann, label(0));
  const again = await tasks.make(pairs, { title: "T", seed: 1 }, { ...source, name: "other.csv" });
  expect(again).toEqual(first);
  await tasks.load();
  expect(tasks.list).toMatchObject([
    { stored: { id: first.id }, raters: [{ rater: ann, labelled: 1, total: pairs.length }] },
  ]);
});

test("files of tasks and sessions come in whole, or say why not", async () => {
  const { db, tasks } = await open("import");
  await tasks.importFiles([
    file("t.json", writeTask(task)),
    await sessionFile(ann, [label(0)]),
    await sessionFile(ann, [label(0), label(1)]),
    await sessionFile(bea, [label(2)]),
    file("broken.json", "{"),
    file("report.json", '{"format":"steadfast-report"}'),
  ]);
  expect(tasks.imported.map(({ message }) => message)).toEqual([
    "The task “Trial” is here.",
    "The labels of Ann are here.",
    "The session of Ann goes on with what is new in the file.",
    "The labels of Bea are here.",
  ]);
  expect(tasks.problems).toEqual([
    expect.stringMatching(/^broken\.json: it is no JSON/),
    expect.stringMatching(/^report\.json: it is no labelling task/),
  ]);
  expect(await sessionEventsOf(db, task.id, ann)).toEqual([label(0), label(1)]);
  expect(tasks.find(task.id)!.raters.map(({ labelled }) => labelled)).toEqual([2, 1]);
});

test("a file for a session that a tab writes is refused until it is closed", async () => {
  const { db, locks, tasks } = await open("import-locked");
  const lock = acquireSession(db, locks, task.id, ann, {
    onHeld: () => {},
    onRefused: () => {},
    onFailed: () => {},
  });
  await tasks.importFiles([await sessionFile(ann, [label(0)])]);
  expect(tasks.problems[0]).toContain("Ann is labelling this task in another tab");
  expect(await sessionEventsOf(db, task.id, ann)).toEqual([]);
  lock.release();
  await new Promise((resolve) => setTimeout(resolve));
  await tasks.importFiles([await sessionFile(ann, [label(0)])]);
  expect(tasks.problems).toEqual([]);
});

test("an exported session is read back, and the CSV has the published layout", async () => {
  const { tasks } = await open("export");
  await tasks.importFiles([
    await sessionFile(bea, [label(1, "N")]),
    await sessionFile(ann, [label(0), label(1, "NA")]),
  ]);
  const session = await readSession(await tasks.exportSession(task, ann), "ann.json", sha256);
  expect(session).toEqual({ task, rater: ann, events: [label(0), label(1, "NA")] });

  const table = await importLabels(await tasks.exportCsv(task), "labels.csv", sha256);
  expect(table.raters.map(({ name }) => name)).toEqual(["ann1", "ann2"]);
  expect(table.rows.slice(0, 3).map(({ labels }) => labels)).toEqual([
    ["Y", null],
    ["NA", "N"],
    [null, null],
  ]);
});

test("a deleted task can be brought back with its labels", async () => {
  const { tasks } = await open("delete");
  await tasks.importFiles([await sessionFile(ann, [label(0)])]);
  const before = tasks.list;
  await tasks.remove(task.id);
  expect(tasks.list).toEqual([]);
  await tasks.undoRemove();
  expect(tasks.list).toEqual(before);
  expect(tasks.removed).toBeNull();
});

test("attention checks need a known label each", async () => {
  const head = "question_id,question,model_output_1,model_output_2,ann1\n";
  expect(await readChecks(`${head}1,Q?,Yes.,Yes.,Y\n`, "gold.csv")).toMatchObject([
    { pair: { questionId: 1 }, expected: "Y" },
  ]);
  await expect(readChecks(`${head}1,Q?,Yes.,Yes.,\n`, "gold.csv")).rejects.toThrow(
    'gold.csv, column "ann1": the known label of a pair of question 1 is missing',
  );
});

test("a run's people are those of its newest task, with their agreement", async () => {
  const { db } = await open("people");
  expect(await peopleOfRun(db, "r")).toMatchObject({ tasks: 0, taskId: null, alpha: null });
  const set = { cycle: 0, role: "baseline", split: "evaluation" } as const;
  await putTask(db, { id: task.id, createdAt: 1, source: { kind: "run", runId: "r", set }, task });
  for (const [item, given] of (["Y", "N", "Y"] as const).entries()) {
    await appendSessionEvent(db, task.id, ann, label(item, given));
    await appendSessionEvent(db, task.id, bea, label(item, given));
  }
  expect(await peopleOfRun(db, "r")).toEqual({
    ...{ tasks: 1, taskId: task.id, raters: 2, labelled: 6, alpha: 1 },
    toLabel: 2 * task.items.length,
  });
  expect((await peopleOfRun(db, "other")).tasks).toBe(0);
});
