import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { digest, somePairs } from "../../../tests/annotation/tasks";
import { adjudicate } from "./adjudication";
import { exportLabels, importLabels, importPairs } from "./labels-csv";
import { type LabelTable, withModel } from "./label-table";
import { LABELS } from "./task";

const HEADER = "question_id,question,model_output_1,model_output_2,ann1,ann2\r\n";

test("reads the published layout, empty for no label, other columns passed over", async () => {
  const { raters, rows } = await importLabels(
    `${HEADER.trim()},note\r\n7,Q,A,B,NA,,x\r\n`,
    "l.csv",
    digest,
  );
  expect(raters.map(({ name }) => name)).toEqual(["ann1", "ann2"]);
  expect(rows[0]).toMatchObject({
    pair: { questionId: 7, question: "Q", answers: [{ text: "A" }, { text: "B" }] },
    labels: ["NA", null],
  });
});

test.each([
  [
    "an unknown label",
    `${HEADER}7,Q,A,B,Y,yes\r\n`,
    2,
    "ann2",
    'l.csv, row 2, column "ann2": "yes" is no label. Write Y, N, NA, or leave it empty if there is none.',
  ],
  [
    "an empty answer",
    `${HEADER}7,Q,A,,Y,Y\r\n`,
    2,
    "model_output_2",
    'l.csv, row 2, column "model_output_2": the cell is empty. Fill it in or remove the row.',
  ],
  [
    "no rater",
    "question_id,question,model_output_1,model_output_2\r\n7,Q,A,B\r\n",
    1,
    "ann1",
    'l.csv, row 1, column "ann1": there is no rater. Name the raters\' columns ann1, ann2, …',
  ],
  ["no rows", HEADER, null, null, "l.csv: there are no rows below the header. Add one row a pair."],
])("refuses %s, saying where", async (_, text, row, column, message) => {
  await expect(importLabels(text, "l.csv", digest)).rejects.toThrow(
    expect.objectContaining({
      name: "InputError",
      row,
      column,
      message,
    }) as Error,
  );
});

test("every table written comes back, formulas made harmless, models left out", async () => {
  const cell = fc
    .oneof(fc.string({ minLength: 1 }), fc.constantFrom("=1+1", "-x", 'a,\n"b'))
    .filter((t) => t.trim() !== "");
  const row = fc.tuple(
    cell,
    cell,
    cell,
    fc.array(fc.option(fc.constantFrom(...LABELS)), { minLength: 2, maxLength: 2 }),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(row, { minLength: 1, maxLength: 4 }), async (rows) => {
      const table: LabelTable = {
        raters: ["ann1", "ann2"].map((name) => ({ name, kind: "person" })),
        rows: await Promise.all(
          rows.map(async ([question, a, b, labels], i) => {
            const id = `row ${i + 2}`;
            const answers = [
              { id: `${id}, 1`, text: a },
              { id: `${id}, 2`, text: b },
            ] as const;
            const [pair] = await importPairs(
              exportLabels({
                raters: [],
                rows: [
                  { pair: { id: "", questionId: i, question, answers: [...answers] }, labels: [] },
                ],
              }),
              "p.csv",
              digest,
            );
            return { pair: pair!, labels };
          }),
        ),
      };
      const back = await importLabels(
        exportLabels(withModel(table, "gpt", new Map())),
        "l.csv",
        digest,
      );
      const texts = ({ raters, rows }: LabelTable) => [
        raters,
        rows.map(({ pair, labels }) => [
          pair.questionId,
          pair.question,
          pair.answers.map(({ text }) => text),
          labels,
        ]),
      ];
      expect(texts(back)).toEqual(texts(table));
    }),
    { numRuns: 50 },
  );
});

test("final labels and where they come from are two more columns", async () => {
  const [pair] = await somePairs();
  const table: LabelTable = {
    raters: [
      { name: "Ada", kind: "person" },
      { name: "Bo", kind: "person" },
    ],
    rows: [{ pair: pair!, labels: ["Y", null] }],
  };
  expect(exportLabels(table, adjudicate(table, [], "missing"))).toBe(
    `${HEADER.trim()},final,provenance\r\n1,Question 1?,Answer 0 to 1.,Answer 1 to 1.,Y,,,unresolved\r\n`,
  );
});

const mcc = "../shared/data/mcc/human-annotations.csv";
describe.skipIf(!existsSync(mcc))("the published labels (skipped without ../shared/data)", () => {
  test("1,000 pairs and 3 raters, each pair another", async () => {
    const { rows, raters } = await importLabels(readFileSync(mcc, "utf8"), "h.csv", digest);
    expect(raters).toHaveLength(3);
    expect(new Set(rows.map(({ pair }) => pair.id)).size).toBe(1000);
  });
});
