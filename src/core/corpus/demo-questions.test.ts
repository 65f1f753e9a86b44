import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { InputError } from "../format/input-error";
import { importDemoQuestions } from "./demo-questions";

const entry = {
  id: 1,
  topic: "honesty",
  question: "May one lie?",
  paraphrases: ["Is lying allowed?", "Is it right to lie?"],
  aligned: ["No.", "It is not."],
  consistent: true,
};

test("aligned answers become the recorded ones", () => {
  expect(importDemoQuestions(JSON.stringify([entry]), "demo/set.json", "aligned")).toEqual({
    name: "set",
    questions: [
      {
        id: 1,
        text: "May one lie?",
        topic: "honesty",
        paraphrases: ["Is lying allowed?", "Is it right to lie?"],
        recorded: [
          { text: "No.", rot: null },
          { text: "It is not.", rot: null },
        ],
      },
    ],
    recordedModel: "aligned",
  });
});

const withoutTopic = { ...entry, topic: undefined };
const shape =
  "An entry has id, topic, question, paraphrases, aligned (one answer a paraphrase) and consistent.";
test.each([
  ["no list", {}, null, null, `x.json: Invalid type: Expected Array but received Object. ${shape}`],
  ["an empty list", [], null, null, `x.json: the list has no entries. ${shape}`],
  [
    "a missing field",
    [entry, withoutTopic],
    2,
    "topic",
    `x.json, entry 2, field "topic": Invalid key: Expected "topic" but received undefined. ${shape}`,
  ],
  [
    "an unknown field",
    [{ ...entry, extra: 1 }],
    1,
    "extra",
    `x.json, entry 1, field "extra": Invalid key: Expected never but received "extra". ${shape}`,
  ],
  [
    "an empty answer",
    [{ ...entry, aligned: ["No.", " "] }],
    1,
    "aligned",
    `x.json, entry 1, field "aligned": in text 2 the text is empty. ${shape}`,
  ],
  [
    "one paraphrase",
    [{ ...entry, paraphrases: ["P"] }],
    1,
    "paraphrases",
    `x.json, entry 1, field "paraphrases": there must be at least 2 texts. ${shape}`,
  ],
  [
    "an answer too many",
    [{ ...entry, aligned: ["a", "b", "c"] }],
    1,
    "aligned",
    `x.json, entry 1, field "aligned": there must be one aligned answer a paraphrase. ${shape}`,
  ],
  [
    "a fractional id",
    [{ ...entry, id: 1.5 }],
    1,
    "id",
    `x.json, entry 1, field "id": an id is an integer or a text. ${shape}`,
  ],
  [
    "an id twice",
    [entry, { ...entry, id: "1" }],
    2,
    "id",
    'x.json, entry 2, field "id": entry 1 has the id 1 too. Give each question its own id.',
  ],
])("refuses %s, naming entry and field", (_, value, row, column, message) => {
  const read = () => importDemoQuestions(JSON.stringify(value), "x.json", "aligned");
  expect(read).toThrow(InputError);
  expect(read).toThrow(expect.objectContaining({ row, column, message }) as Error);
});

test("refuses what is not JSON", () => {
  expect(() => importDemoQuestions("[", "x.json", "aligned")).toThrow(
    /^x\.json: this is not JSON \(.+\)\. Check that the file is complete\.$/,
  );
});

test.each(["demo_questions.json", "everyday_ethics.json"])("reads our set %s", (file) => {
  const json = readFileSync(`public/demo/${file}`, "utf8");
  const { questions } = importDemoQuestions(json, file, "aligned");
  expect(questions).toHaveLength(40);
  expect(questions.every((q) => q.paraphrases.length === 5 && q.recorded?.length === 5)).toBe(true);
});
