import { expect, test } from "vitest";
import { differences, settingRows } from "./config-diff";
import { demoStudy, quick, resolveConfig } from "./presets";

const demo = resolveConfig(demoStudy);

test("a study differs from itself in nothing, and has every setting", () => {
  expect(differences(demo, demo)).toEqual([]);
  const rows = settingRows([demo, demo]);
  expect(rows.find(({ path }) => path.join(".") === "ppo.learningRate")?.values).toEqual([
    demo.ppo.learningRate,
    demo.ppo.learningRate,
  ]);
  expect(rows.every(({ differs }) => !differs)).toBe(true);
});

test("what differs is named with both values, lists as a whole, checkpoints not at all", () => {
  const other = resolveConfig({
    ...quick(demoStudy),
    seed: 2,
    questions: { alwaysEvaluate: [1, 2] },
    checkpoints: { everySteps: 3 },
  });
  const found = differences(other, demo).map(({ path, values }) => [path.join("."), ...values]);
  expect(found).toContainEqual(["seed", 2, 1]);
  expect(found).toContainEqual(["questions.alwaysEvaluate", [1, 2], [1, 2, 3, 4]]);
  expect(found).toContainEqual(["rollouts.maxSteps", 6, null]);
  expect(found.some(([path]) => String(path).startsWith("checkpoints"))).toBe(false);
});

test("a setting that one study lacks is undefined there", () => {
  const chat = { kind: "chat", baseUrl: "http://localhost/v1", model: "m" } as const;
  const other = resolveConfig({ ...demoStudy, aligned: chat });
  const row = differences(other, demo).find(({ path }) => path.join(".") === "aligned.model");
  expect(row?.values).toEqual(["m", undefined]);
});
