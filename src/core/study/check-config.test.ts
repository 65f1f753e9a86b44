import { expect, test } from "vitest";
import { checkConfig, importConfig } from "./check-config";
import type { StudyConfigInput } from "./config";
import { resolveConfig } from "./presets";

test("a sound input is filled in", () => {
  const { config, errors } = checkConfig({ preset: "report" });
  expect(config).toEqual(resolveConfig({ preset: "report" }));
  expect(errors).toEqual([]);
});

test("every wrong field is named with what is wrong", () => {
  const input = { preset: "report", seed: -1, ppo: { gamma: 2, speed: 1 } } as StudyConfigInput;
  const { config, errors } = checkConfig(input);
  expect(config).toBeNull();
  expect(errors.map(({ field }) => field)).toEqual(["seed", "ppo.gamma", "ppo.speed"]);
  expect(errors[1]!.message).toBe("Invalid value: Expected <=1 but received 2");
});

test("an exported file is read back as it was", () => {
  const input: StudyConfigInput = { preset: "report", ppo: { gamma: 0.9 } };
  expect(importConfig(JSON.stringify(input), "config.json")).toEqual(input);
});

test.each([
  ["{", "config.json: this is not JSON"],
  ["[]", "config.json: these are no settings of a study"],
  ["null", "config.json: these are no settings of a study"],
  ["{}", 'config.json, field "preset": '],
  ['{"preset": "report", "sft": {"steps": "many"}}', 'config.json, field "sft.steps": '],
])("%s is refused with its place", (json, message) => {
  expect(() => importConfig(json, "config.json")).toThrow(message);
});

test("a budget in money needs both prices, one in tokens needs none", () => {
  const chat = { kind: "chat", baseUrl: "http://h/v1", model: "m" } as const;
  const errorsOf = (more: object) =>
    checkConfig({ preset: "report", aligned: { ...chat, ...more } }).errors;
  expect(errorsOf({ budget: 5, inputPrice: 1 })).toEqual([
    { field: "aligned.budget", message: expect.stringContaining("needs both prices") as string },
  ]);
  expect(errorsOf({ budget: 5, inputPrice: 1, outputPrice: 0 })).toEqual([]);
  expect(errorsOf({ tokenBudget: 100 })).toEqual([]);
});
