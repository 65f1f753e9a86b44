import { expect, test } from "vitest";
import { differenceWords, settingName, settingValue } from "./setting-words";

const row = (path: string[], value: unknown) => ({ path, values: [value, 0], differs: true });

test("a difference is said with its value and its group", () => {
  expect(differenceWords([row(["seed"], 2), row(["ppo", "learningRate"], 1e-5)])).toBe(
    "seed 2, learning rate 0.00001 (ppo)",
  );
  expect(differenceWords([row(["sage", "sageExponent"], 2), row(["ppo", "klTarget"], 6)])).toBe(
    "SaGE exponent 2 (sage), KL target 6 (ppo)",
  );
});

test("of many differences the first are said, and how many more there are", () => {
  const rows = [1, 2, 3, 4, 5].map((value) => row(["seed"], value));
  expect(differenceWords(rows)).toBe("seed 1, seed 2, seed 3 and 2 more");
  expect(differenceWords([])).toBe("");
});

test("a setting that a run lacks is a dash; no limit is said as such", () => {
  expect([settingValue(undefined), settingValue(true), settingValue([1, 2])]).toEqual(["–", "on", "1, 2"]); // prettier-ignore
  expect(settingName(["rollouts", "maxSteps"])).toBe("Max steps (rollouts)");
});
