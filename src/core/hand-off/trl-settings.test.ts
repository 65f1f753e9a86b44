import { expect, test } from "vitest";
import { resolveConfig } from "../study/presets";
import { departures, dpoSettings, grpoSettings, type TrlSetting } from "./trl-settings";

const values = (settings: readonly TrlSetting[]) =>
  Object.fromEntries(settings.map(({ name, value }) => [name, value]));

test("the study's settings keep their values under TRL's names", () => {
  const config = resolveConfig({
    preset: "recommended",
    seed: 7,
    rollouts: { samples: 6, passes: 3, temperature: 0.9 },
    grpo: { beta: 0.02, epsilonHigh: 0.28, delta: 2, maxGradNorm: null, lossType: "dr_grpo" },
    dpo: { lossType: "ipo", beta: 0.3, numIterations: 2 },
  });
  expect(values(grpoSettings(config))).toMatchObject({
    ...{ seed: 7, num_generations: 6, num_train_epochs: 3, temperature: 0.9 },
    ...{ beta: 0.02, epsilon: 0.2, epsilon_high: 0.28, delta: 2, max_grad_norm: 0 },
    ...{ loss_type: "dr_grpo", learning_rate: 1e-4, num_iterations: 4 },
  });
  expect(values(dpoSettings(config))).toMatchObject({
    ...{ loss_type: ["ipo"], beta: 0.3, num_train_epochs: 6, max_grad_norm: 1 },
  });
});

test("what is not set in the study is left to TRL, and one sample becomes a group", () => {
  const found = values(grpoSettings(resolveConfig({ preset: "recommended" })));
  expect(found["num_generations"]).toBe(4);
  expect(Object.keys(found)).not.toContain("epsilon_high");
  expect(Object.keys(found)).not.toContain("delta");
});

test("what TRL does otherwise is said, and only where it does", () => {
  const said = (input: Parameters<typeof resolveConfig>[0]) =>
    departures(resolveConfig(input)).join("\n");
  const plain = said({ preset: "recommended", rollouts: { method: "grpo" }, grpo: { group: "wording" } }); // prettier-ignore
  expect(plain).not.toMatch(/PPO|compares the samples of one wording|pretrained|labelSmoothing/);
  const report = said({ preset: "report", dpo: { labelSmoothing: 0.1 } });
  expect(report).toMatch(/trained with PPO/);
  expect(report).toMatch(/compares the samples of one wording/);
  expect(report).toMatch(/distance is measured from the pretrained model/);
  expect(report).toMatch(/labelSmoothing is 0.1/);
});
