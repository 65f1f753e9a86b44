import { expect, test } from "vitest";
import { besideWordings } from "./column-numbers";

test("columns belong to the wording of their number, wherever they stand", () => {
  expect(besideWordings(["wording_1", "wording_2"], ["answer_2", "answer_1"])).toEqual([
    "answer_1",
    "answer_2",
  ]);
  expect(besideWordings(["w1", "w10", "w2"], ["a1", "a2", "a10"])).toEqual(["a1", "a10", "a2"]);
  expect(besideWordings(["w 01", "w 02"], ["a 2", "a 1"])).toEqual(["a 1", "a 2"]);
});

test.each([
  [
    ["first", "second"],
    ["b", "a"],
  ],
  [
    ["w1", "w2"],
    ["a2", "a"],
  ],
  [
    ["w1", "w2"],
    ["a0", "a1"],
  ],
  [
    ["w1", "w2"],
    ["a2", "b2"],
  ],
  [["w1", "w2"], ["a2"]],
  [["w1", "w2"], []],
])("where numbers do not tell %j from %j, columns stay in order", (wordings, columns) => {
  expect(besideWordings(wordings, columns)).toEqual(columns);
});
