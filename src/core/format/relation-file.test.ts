import { expect, test } from "vitest";
import { readRelation, writeRelation } from "./relation-file";

const relation = {
  task: "truthfulqa",
  encoder: "use-lite r1",
  models: [
    { name: "gpt2", accuracy: 0.25, consistency: 0.5 },
    { name: "gpt2-medium", accuracy: 1 / 3, consistency: -0.01 },
  ],
};

test("models come back from the file as they went in", () => {
  expect(readRelation(writeRelation(relation), "r.json")).toEqual(
    expect.objectContaining(relation),
  );
});

test.each([
  ["nonsense", "r.json: it is not JSON"],
  ['{"format":"other"}', "r.json: format is not as version 1 has it"],
  [writeRelation(relation).replace('"version": 1', '"version": 2'), "r.json: version is not"],
  [writeRelation(relation).replace("0.25", '"a quarter"'), "r.json: models.0.accuracy is not"],
])("%j is refused by its place", (text, message) => {
  expect(() => readRelation(text, "r.json")).toThrow(message);
});
