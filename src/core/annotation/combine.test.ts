import fc from "fast-check";
import { beforeAll, expect, test } from "vitest";
import { digest, somePairs, someTask } from "../../../tests/annotation/tasks";
import { combineLabels, type SourcedTable } from "./combine";
import { exportLabels, importLabels, importScaleRatings } from "./labels-csv";
import { isLabelTable, type LabelTable, tableOf } from "./label-table";
import { mergeSessions, type SourcedSession } from "./merge";
import type { AnswerPair } from "./pair";
import type { Label, LabelTask } from "./task";

let pairs: AnswerPair[];
let task: LabelTask;
beforeAll(async () => {
  pairs = await somePairs();
  task = await someTask();
});

function session(name: string, label: Label, of = task): SourcedSession {
  const events = of.items.map((_, item) => ({ kind: "label" as const, item, label, at: item }));
  return { source: `${name}.json`, session: { task: of, rater: { name, kind: "person" }, events } };
}

/** A table as a CSV gives it: its pairs have other ids than the task's. */
async function table(source: string, count: number, label: Label): Promise<SourcedTable> {
  const rows = pairs.slice(0, count).map((pair) => ({ pair, labels: [label] }));
  const csv = exportLabels({ raters: [{ name: "x", kind: "person" }], rows });
  return { source, table: await importLabels(csv, source, digest) };
}

test("nothing gives nothing", () => {
  expect(combineLabels(null, [], [])).toBeNull();
});

test("a table joins a task by the texts of its pairs, and its rater keeps the name", async () => {
  const small = await table("small.csv", 4, "N");
  const { table: all, title, refused } = combineLabels(null, [session("Ada", "Y")], [small])!;
  expect({ title, refused }).toEqual({ title: "Trial", refused: [] });
  expect(all.raters.map(({ name }) => name)).toEqual(["Ada", "ann1"]);
  expect(all.rows.map(({ pair }) => pair.id)).toEqual(
    tableOf(mergeSessions(task, [])).rows.map(({ pair }) => pair.id),
  );
  expect(all.rows.filter(({ labels }) => labels[1] === "N")).toHaveLength(4);
});

test("the order of sessions and tables doesn't matter, and an equal table counts once", async () => {
  const other = await someTask({ title: "Other" });
  const [a, b] = [await table("a.csv", 6, "N"), await table("b.csv", 6, "Y")];
  const again = { ...a, source: "copy of a.csv" };
  const sessions = [session("Ada", "Y"), session("Bo", "N"), session("Cy", "Y", other)];
  const expected = combineLabels(null, sessions, [a, b, again]);
  expect(expected!.table.raters.map(({ name }) => name)).toEqual([
    "Ada",
    "Bo",
    "ann1 (a.csv)",
    "ann1 (b.csv)",
  ]);
  fc.assert(
    fc.property(
      fc.shuffledSubarray(sessions, { minLength: 3 }),
      fc.shuffledSubarray([a, b, again], { minLength: 3 }),
      (s, t) => {
        expect(combineLabels(null, s, t)).toEqual(expected);
      },
    ),
  );
});

test("sessions of another task and tables of other pairs are refused with the reason", async () => {
  const other = await someTask({ title: "Other" });
  const changed = await table("changed.csv", 3, "Y");
  const [first, ...rest] = changed.table.rows;
  const [one, two] = first!.pair.answers;
  const pair: AnswerPair = { ...first!.pair, answers: [{ ...one, text: "Another answer." }, two] };
  const strange: AnswerPair = { ...first!.pair, questionId: 99 };
  const tables = [
    { ...changed, table: { ...changed.table, rows: [...rest, { ...first!, pair }] } },
    {
      source: "strange.csv",
      table: { ...changed.table, rows: [{ ...first!, pair: strange }] },
    },
  ];
  const { refused, table: all } = combineLabels(task, [session("Cy", "Y", other)], tables)!;
  expect(all.raters).toEqual([]);
  expect(refused).toEqual([
    { source: "Cy.json", reason: 'it belongs to another task, "Other"; this one is "Trial"' },
    { source: "changed.csv", reason: "pair 3 (question 1) has other texts there than here" },
    {
      source: "strange.csv",
      reason: "pair 1 is of question 99, which is not among the pairs here",
    },
  ]);
});

test("numbers are told from labels, and the two aren't mixed", async () => {
  const { table: labels } = await table("a.csv", 3, "Y");
  const csv = exportLabels(labels as LabelTable).replaceAll(",Y\r\n", ",3\r\n");
  const numbers = (await importScaleRatings(csv.replace(",3\r\n", ",NA\r\n"), "n.csv", digest))!;
  expect(numbers.rows.map(({ labels }) => labels)).toEqual([["NA"], [3], [3]]);
  expect(isLabelTable(labels)).toBe(true);
  expect(isLabelTable(numbers)).toBe(false);
  expect(await importScaleRatings(exportLabels(labels as LabelTable), "a.csv", digest)).toBeNull();
  const { refused } = combineLabels(task, [], [{ source: "n.csv", table: numbers }])!;
  expect(refused).toEqual([
    { source: "n.csv", reason: "its ratings are numbers, where the labels here are Y, N, NA" },
  ]);
  await expect(
    importScaleRatings(csv.replace(",3\r\n", ",Y\r\n"), "n.csv", digest),
  ).rejects.toThrow(
    'n.csv, row 2, column "ann1": "Y" is no number, as others are. Write it like 3 or 0.71, NA, or leave it empty if there is none.',
  );
});
