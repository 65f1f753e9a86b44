import { beforeAll, describe, expect, test } from "vitest";
import { somePairs, someTask } from "../../../tests/annotation/tasks";
import { parseCsv, toCsv } from "../format/csv";
import { combineLabels } from "./combine";
import type { LabelTable } from "./label-table";
import { addModelLabels, exportModelSheet, importModelLabels, isModelLabels } from "./model-labels";
import type { AnswerPair } from "./pair";
import type { LabelTask } from "./task";

let pairs: AnswerPair[];
let task: LabelTask;
let table: LabelTable;
beforeAll(async () => {
  pairs = await somePairs();
  task = await someTask({ repeatShare: 0.5 });
  table = {
    raters: [{ name: "Ada", kind: "person" }],
    rows: pairs.map((pair) => ({ pair, labels: ["Y" as const] })),
  };
});

const byId = (label: (i: number) => string, more = "") =>
  `pair_id,label${more && ",model"}\n${pairs.map(({ id }, i) => `${id},${label(i)}${more && `,${more}`}\n`).join("")}`;
const HEADER = "question_id,model_output_1,model_output_2,label\n";
const byTexts = (rows: readonly AnswerPair[], label: string) =>
  HEADER +
  rows
    .map(({ questionId, answers: [a, b] }) => `${questionId},${a.text},${b.text},${label}\n`)
    .join("");

test("a column of labels without raters' columns tells the layout", () => {
  expect(isModelLabels(["pair_id", "label"])).toBe(true);
  expect(isModelLabels(["pair_id", "label", "ann1"])).toBe(false);
  expect(isModelLabels(["pair_id", "cosine"])).toBe(false);
});

test("labels by pair id and by texts join the same pairs, as a model named by its column or file", () => {
  const ids = importModelLabels(
    byId((i) => (i === 0 ? "" : "N"), "judge"),
    "x.csv",
  );
  const texts = importModelLabels(byTexts(pairs.slice(1), "N"), "gpt.csv");
  expect([ids.model, texts.model]).toEqual(["judge", "gpt"]);
  const { table: all, refused } = addModelLabels(table, [ids, texts]);
  expect(refused).toEqual([]);
  expect(all.raters.slice(1)).toEqual([
    { name: "gpt", kind: "model" },
    { name: "judge", kind: "model" },
  ]);
  for (const [i, { labels }] of all.rows.entries()) {
    expect(labels).toEqual(i === 0 ? ["Y", null, null] : ["Y", "N", "N"]);
  }
});

test("order does not matter, an equal file counts once, and one name twice is told apart by file", () => {
  const a = importModelLabels(
    byId(() => "Y", "judge"),
    "a.csv",
  );
  const b = importModelLabels(
    byId(() => "N", "judge"),
    "b.csv",
  );
  const again = { ...a, source: "copy of a.csv" };
  const one = addModelLabels(table, [a, b, again]);
  expect(addModelLabels(table, [again, b, a])).toEqual(one);
  expect(one.table.raters.map(({ name }) => name)).toEqual([
    "Ada",
    "judge (b.csv)",
    "judge (a.csv)",
  ]);
});

test("a corrected file of one name and model stands beside the first, numbered", () => {
  const files = ["Y", "N", "NA"].map((label) =>
    importModelLabels(
      byId(() => label, "judge"),
      "labels.csv",
    ),
  );
  const { table: all, refused } = addModelLabels(table, files);
  expect(refused).toEqual([]);
  expect(all.raters.slice(1).map(({ name }) => name)).toEqual([
    "judge (labels.csv)",
    "judge (labels.csv) 2",
    "judge (labels.csv) 3",
  ]);
});

describe("a file is refused whole, with the reason,", () => {
  test("if a pair is not here or labelled twice, or ratings here are numbers", () => {
    const stray = importModelLabels("pair_id,label\n77,Y\n", "stray.csv");
    const [pair] = pairs;
    const twice = importModelLabels(byTexts([pair!, pair!], "Y"), "twice.csv");
    const same = importModelLabels(`pair_id,label\n${pair!.id},Y\n${pair!.id},N\n`, "same.csv");
    const { table: kept, refused } = addModelLabels(table, [stray, twice, same]);
    expect(kept).toBe(table);
    const reasons = new Map(refused.map(({ source, reason }) => [source, reason]));
    expect(reasons.get("stray.csv")).toBe("row 1 is of a pair that is not here");
    expect(reasons.get("twice.csv")).toBe("row 2 is of a pair that is not here");
    expect(reasons.get("same.csv")).toBe("row 2 is of a pair that an earlier row has labelled");
    const scale = { ...table, rows: pairs.map((pair) => ({ pair, labels: [3] })) };
    expect(addModelLabels(scale, [stray]).refused[0]!.reason).toContain("numbers");
  });

  test.each([
    ["pair_id,label\n", "there are no rows"],
    ["label\nY\n", 'column "question_id"'],
    ["pair_id,label\n ,Y\n", 'row 2, column "pair_id": the cell is empty'],
    ["pair_id,label\n1,yes\n", 'row 2, column "label": "yes" is no label'],
    ["pair_id,label,model\n1,Y,a\n2,Y,b\n", 'row 3, column "model": "b" is another model'],
  ])("%j", (text, message) => expect(() => importModelLabels(text, "l.csv")).toThrow(message));
});

test("the sheet of a task has a row a pair with its prompt, and filled in it joins the task", () => {
  const { columns, rows } = parseCsv(exportModelSheet(task), "sheet.csv", ["prompt", "label"]);
  expect(rows).toHaveLength(pairs.length);
  expect(rows.every(({ values }) => values.prompt.includes(task.prompt))).toBe(true);
  const filled = rows.map(({ values }) => ({ ...values, label: "NA" }));
  const labels = importModelLabels(toCsv(columns, filled), "judge.csv");
  const { table, refused } = combineLabels(task, [], [], [labels])!;
  expect(refused).toEqual([]);
  expect(table.raters).toEqual([{ name: "judge", kind: "model" }]);
  expect(table.rows.every(({ labels: [label] }) => label === "NA")).toBe(true);
});
