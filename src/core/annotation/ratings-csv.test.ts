import { expect, test } from "vitest";
import type { NamedLevel } from "../statistics/alpha-level";
import { applyNaPolicy, importRatings } from "./ratings-csv";

test("reads a row a unit and a column a rater, whatever else the file holds", () => {
  const text = "id,b,a,note\n1,Y, N ,x\n2,NA,,y\n";
  const { units, raters } = importRatings(text, "r.csv", ["a", "b"], "nominal");
  expect(raters).toEqual(["a", "b"]);
  expect(units).toEqual([
    ["N", "Y"],
    [null, "NA"],
  ]);
});

test("numbers are numbers from interval on, and text when nominal", () => {
  const text = "a,b\n1,1.0\n-2,NA\n";
  expect(importRatings(text, "r.csv", ["a", "b"], "interval").units).toEqual([
    [1, 1],
    [-2, "NA"],
  ]);
  expect(importRatings(text, "r.csv", ["a", "b"], "nominal").units[0]).toEqual(["1", "1.0"]);
});

test("NA is missing or a category, an empty cell is always missing", () => {
  const units = [["Y", "NA", null]];
  expect(applyNaPolicy(units, "missing")).toEqual([["Y", null, null]]);
  expect(applyNaPolicy(units, "category")).toEqual([["Y", "NA", null]]);
});

test.each<[string, string, NamedLevel, number | null, string | null, string]>([
  [
    "no rows",
    "a,b\n",
    "nominal",
    null,
    null,
    "r.csv: there are no rows below the header. Add one row a unit.",
  ],
  [
    "a rater without a column",
    "a,c\n1,2\n",
    "nominal",
    1,
    "b",
    'r.csv, row 1, column "b": the column is missing; the file has "a", "c". Name the column so in the first row.',
  ],
  [
    "text at a level of numbers",
    "a,b\n1,2\n1,two\n",
    "ordinal",
    3,
    "b",
    'r.csv, row 3, column "b": "two" is not a number, as level ordinal needs. Write it like 3 or 0.71, leave it empty if it is missing, or use level nominal.',
  ],
  [
    "a ratio below 0",
    "a,b\n1,-2\n",
    "ratio",
    2,
    "b",
    'r.csv, row 2, column "b": -2 is below 0, where ratio begins. Use level interval.',
  ],
])("refuses %s, saying where", (_, text, level, row, column, message) => {
  expect(() => importRatings(text, "r.csv", ["a", "b"], level)).toThrow(
    expect.objectContaining({ name: "InputError", row, column, message }) as Error,
  );
});
