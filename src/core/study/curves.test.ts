import { expect, test } from "vitest";
import { nothingPaired } from "../dpo/statistics";
import { nothingCompared } from "../group-rl/statistics";
import { nothingTrained } from "../ppo/statistics";
import { METHODS } from "./config";
import { curveOf, CURVES, MAIN_CURVE, methodName, methodOf } from "./curves";
import { resolveConfig } from "./presets";
import { learnerOf, type StepStats } from "./trainer";

const config = resolveConfig({ preset: "recommended" });
const empty: Readonly<Record<(typeof METHODS)[number], StepStats>> = {
  ppo: nothingTrained("a test", 5, 0.2, 1e-4),
  rloo: nothingCompared({ method: "rloo", config: config.rloo }, 5),
  grpo: nothingCompared({ method: "grpo", config: config.grpo }, 5),
  dpo: nothingPaired(config.dpo, 0),
};

test("every curve of a method is in what its steps tell, its main curve among them", () => {
  for (const method of METHODS) {
    for (const name of CURVES[method]) expect(Object.keys(empty[method])).toContain(name);
    expect(CURVES[method] as readonly string[]).toContain(MAIN_CURVE[method].name);
  }
});

test("a curve that a method has not, or that is undefined, is null", () => {
  expect(curveOf(empty.dpo, "objective/kl")).toBeNull();
  expect(curveOf(empty.grpo, "loss")).toBeNull();
  expect(curveOf(empty.grpo, "learning_rate")).toBe(config.grpo.learningRate);
});

test("settings stored before there were methods mean PPO", () => {
  const before = JSON.parse('{"enabled": true}') as typeof config.rollouts;
  expect(methodOf({ rollouts: before })).toBe("ppo");
  expect(methodName(config)).toBe("PPO");
  for (const method of METHODS) {
    const settings = { ...config, rollouts: { ...config.rollouts, method } };
    expect(learnerOf(settings)).toEqual({ method, config: config[method] });
  }
});
