import { expect, test } from "vitest";
import { corpusName, parseQuestionId } from "./corpus";

test.each([
  ["5884", 5884],
  [" 7 ", 7],
  ["-1", -1],
  ["0", 0],
  ["q7", "q7"],
  ["007", "007"],
  ["7.0", "7.0"],
  ["-0", "-0"],
  ["1e3", "1e3"],
  ["9007199254740993", "9007199254740993"],
])("the id %j is read as %j", (text, id) => {
  expect(parseQuestionId(text)).toBe(id);
});

test.each([
  ["questions.csv", "questions"],
  ["a/b\\edges-0.8a-0.2r.csv", "edges-0.8a-0.2r"],
  ["noextension", "noextension"],
  [".csv", ".csv"],
])("the file %j names the corpus %j", (file, name) => {
  expect(corpusName(file)).toBe(name);
});
