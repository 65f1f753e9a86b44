import { expect, test } from "vitest";
import { applies, type Chosen } from "./applies";
import { METHODS } from "./config";
import { fieldGroups } from "./fields";

const shown = (chosen: Chosen) =>
  fieldGroups.filter(({ key }) => applies([key], chosen)).map(({ key }) => key);

test("of the methods' settings only those of the method that trains apply", () => {
  for (const method of METHODS) {
    const groups = shown({ enabled: true, method });
    expect(groups.filter((key) => METHODS.some((one) => one === key))).toEqual([method]);
    expect(groups).toEqual(expect.arrayContaining(["sft", "rollouts", "reward", "cycles"]));
  }
  expect(shown({ enabled: false, method: "ppo" })).not.toContain("ppo");
});

test("what a batch is applies to PPO alone", () => {
  const batch = ["rollouts", "batch"];
  expect(METHODS.filter((method) => applies(batch, { enabled: true, method }))).toEqual(["ppo"]);
  expect(applies(["rollouts", "samples"], { enabled: true, method: "dpo" })).toBe(true);
});

test("without cycles nothing that trains applies", () => {
  const groups = shown({ enabled: true, method: "ppo", trains: false });
  expect(groups).toEqual(expect.arrayContaining(["questions", "sampling", "sage", "cycles"]));
  for (const key of ["selection", "adapter", "sft", "rollouts", "reward", "ppo", "checkpoints"]) {
    expect(groups).not.toContain(key);
  }
});
