import fc from "fast-check";
import { expect, test } from "vitest";
import { InputError } from "../format/input-error";
import { importEdges } from "./edges";

test("collects each question's weights in row order and counts its answers", () => {
  const text = "question_id,w,other\n7,0.9,x\nq,0.37,x\n7,0.8,x\n7,-4e-1,x\n";
  expect(importEdges(text, "e.csv", "w")).toEqual([
    { id: 7, weights: [0.9, 0.8, -0.4], texts: null, n: 3 },
    { id: "q", weights: [0.37], texts: null, n: 2 },
  ]);
});

test("finds n for every complete graph, and for none other", () => {
  const rows = (count: number) => `question_id,w\n${"1,0.5\n".repeat(count)}`;
  fc.assert(
    fc.property(fc.integer({ min: 2, max: 40 }), (n) => {
      const count = (n * (n - 1)) / 2;
      expect(importEdges(rows(count), "e.csv", "w")[0]!.n).toBe(n);
      if (n > 2) expect(() => importEdges(rows(count - 1), "e.csv", "w")).toThrow(InputError);
    }),
  );
});

test.each([
  [
    "no rows",
    "question_id,w\n",
    null,
    null,
    "e.csv: there are no rows below the header. Add one row a pair.",
  ],
  [
    "an empty id",
    "question_id,w\n1,1\n ,1\n",
    3,
    "question_id",
    'e.csv, row 3, column "question_id": the cell is empty. Fill it in or remove the row.',
  ],
  [
    "no number",
    "question_id,w\n1,1\n2,nan\n",
    3,
    "w",
    'e.csv, row 3, column "w": "nan" is not a number. Write it like 0.71, with a point.',
  ],
  [
    "an empty weight",
    "question_id,w\n1,\n",
    2,
    "w",
    'e.csv, row 2, column "w": "" is not a number. Write it like 0.71, with a point.',
  ],
  [
    "an infinite weight",
    "question_id,w\n1,Infinity\n",
    2,
    "w",
    'e.csv, row 2, column "w": "Infinity" is not a number. Write it like 0.71, with a point.',
  ],
  [
    "a count that is no number of pairs",
    "question_id,w\n5,1\n1,1\n1,1\n",
    3,
    "question_id",
    'e.csv, row 3, column "question_id": question 1 has 2 rows; 2, 3, 4, 5 … answers have 1, 3, 6, 10 … pairs. Give each pair of answers one row.',
  ],
  [
    "an unknown column",
    "question_id,v\n1,1\n",
    1,
    "w",
    'e.csv, row 1, column "w": the column is missing; the file has "question_id", "v". Name the column so in the first row.',
  ],
])("refuses %s, saying where and what to do", (_, text, row, column, message) => {
  const read = () => importEdges(text, "e.csv", "w");
  expect(read).toThrow(
    expect.objectContaining({ name: "InputError", row, column, message }) as Error,
  );
});

test("keeps the two answers of each pair where the file has them", () => {
  const text = "question_id,w,model_output_1,model_output_2\n7,0.9,No.,Never.\n";
  expect(importEdges(text, "e.csv", "w")[0]?.texts).toEqual([["No.", "Never."]]);
});
