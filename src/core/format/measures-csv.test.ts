import { expect, test } from "vitest";
import { MEASURE_NAMES } from "../measures/registry";
import { sageOfPairs } from "../sage/sage";
import { parseCsv } from "./csv";
import { measuresCsv } from "./measures-csv";

const score = {
  ...{ id: 7, ...sageOfPairs([0.9, 0.5, 0.8], 3), bleu: 0.1, rougeL: null },
  measures: { flipRate: { value: 2 / 3, n: 3, reason: null } },
};

test("every measure is a column, in full precision, and empty where it is undefined", () => {
  const { columns, rows } = parseCsv(measuresCsv([{ model: null, score }]), "m.csv", []);
  expect(columns).toEqual(["question_id", ...MEASURE_NAMES, "n", "reason"]);
  const { values } = rows[0]!;
  expect(values).toMatchObject({ question_id: "7", n: "3", rougeL: "", meanings: "", reason: "" });
  expect(Number(values["sage"])).toBe(score.sage);
  expect(Number(values["flipRate"])).toBe(2 / 3);
});

test("the models stand in the first column where there are any", () => {
  const table = measuresCsv([
    { model: "baseline", score },
    { model: "lora, cycle 1", score },
  ]);
  const { rows } = parseCsv(table, "m.csv", ["model"]);
  expect(rows.map(({ values }) => values.model)).toEqual(["baseline", "lora, cycle 1"]);
});
