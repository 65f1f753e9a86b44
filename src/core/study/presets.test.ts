import { expect, test } from "vitest";
import { quick, resolveConfig } from "./presets";

test("the report's four questions are held out in the corpora that come along, unless a config names others", () => {
  const heldOut = (input: object) =>
    resolveConfig({ preset: "report", ...input }).questions.alwaysEvaluate;
  expect(heldOut({})).toEqual([1, 2, 3, 4]);
  expect(heldOut({ corpus: "everyday-ethics", questions: { evaluation: 2 } })).toEqual([1, 2]);
  expect(heldOut({ questions: { alwaysEvaluate: ["9"] } })).toEqual([9]);
  expect(heldOut({ corpus: "mine.csv" })).toEqual([]);
});

test("a preset fills in what is left out, and what is said stands", () => {
  const config = resolveConfig({ preset: "report", ppo: { gamma: 0.9 } });
  expect(config.ppo).toMatchObject({ gamma: 0.9, learningRate: 1e-5, miniBatchSize: 1 });
  expect(config.rollouts).toMatchObject({ batch: "answer", passes: 3, reward: "group-sage" });
  expect(config.selection).toEqual({ start: 0.9, floor: 0.7, decay: 0.95 });
});

test("a quick study takes less of everything, and never more than was asked for", () => {
  const small = { sampling: { maxNewTokens: 8 }, sft: { steps: 5 }, rollouts: { maxSteps: 2 } };
  const { sampling, sft, rollouts } = resolveConfig(quick({ preset: "recommended", ...small }));
  expect([sampling.maxNewTokens, sft.steps, rollouts.maxSteps]).toEqual([8, 5, 2]);
  const whole = resolveConfig(quick({ preset: "recommended" }));
  expect([whole.sampling.maxNewTokens, whole.sft.steps, whole.rollouts.maxSteps]).toEqual([
    32, 40, 6,
  ]);
});
