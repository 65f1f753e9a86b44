import { expect, test } from "vitest";
import { fieldGroups, generalFields } from "../../core/study/fields";
import { explain, fromText, inWords, labelOf, toText } from "./field-text";

const find = (dotted: string) =>
  [...generalFields, ...fieldGroups.flatMap(({ fields }) => fields)].find(
    ({ path }) => path.join(".") === dotted,
  )!;

test.each([
  ["ppo.initialKlCoefficient", "Initial KL coefficient"],
  ["adapter.loraAlpha", "LoRA alpha"],
  ["adapter.useRslora", "Use rank-stabilised LoRA"],
  ["sage.sageExponent", "SaGE exponent"],
  ["reward.rougeWeight", "ROUGE weight"],
  ["cycles.max", "Most cycles"],
])("%s is called %j: its name as words, in the field's spelling", (field, name) => {
  expect(labelOf(find(field))).toBe(name);
});

test.each([
  ["ppo.learningRate", "1e-4", 1e-4],
  ["ppo.learningRate", "", undefined],
  ["ppo.learningRate", "fast", "fast"],
  ["sft.steps", " ", null],
  ["questions.alwaysEvaluate", "1, q7 ,007,", [1, "q7", "007"]],
  ["questions.alwaysEvaluate", "", []],
  ["adapter.targetModules", "c_attn, c_proj", ["c_attn", "c_proj"]],
  ["prompt", " {question}\n", " {question}\n"],
])("%s: %j is read as %j", (field, text, value) => {
  expect(fromText(find(field), text)).toEqual(value);
});

test("values are shown as they are typed, defaults in words", () => {
  expect([0.1, null, ["a", 1], "x"].map(toText)).toEqual(["0.1", "", "a, 1", "x"]);
  expect([true, false, null, []].map(inWords)).toEqual(["on", "off", "empty", "empty"]);
});

test("the schema's messages are put in plain words", () => {
  expect(explain("Invalid value: Expected <=1 but received 2", 2)).toBe(
    "Expected at most 1, got 2",
  );
  expect(explain('Invalid type: Expected number but received "x"', "x")).toBe(
    'Expected number, got "x"',
  );
  expect(explain("Invalid length: Expected !0 but received 0", "")).toBe("Fill this in");
});
