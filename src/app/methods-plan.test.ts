import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { COMPARED_METHODS } from "../core/compare/method-settings";
import { readBuiltIn } from "../core/corpus/built-in";
import type { StudyConfigInput } from "../core/study/config";
import { resolveConfig } from "../core/study/presets";
import { methodsPlan } from "./methods-plan";

const corpus = readBuiltIn("demo", readFileSync("public/demo/demo_questions.json", "utf8"));
const twoWordings = {
  ...corpus,
  questions: corpus.questions.map((one) => ({ ...one, paraphrases: one.paraphrases.slice(0, 2) })),
};

function plan(
  input: Omit<StudyConfigInput, "preset"> = {},
  { methods = COMPARED_METHODS, seeds = 3, on = corpus } = {},
) {
  const config = resolveConfig({ preset: "recommended", ...input });
  return methodsPlan(config, on, { methods, seeds }, () => null);
}

test("six methods with three seeds are eighteen studies", () => {
  expect(plan().problem).toBeNull();
  expect(plan().studies).toHaveLength(18);
});

test.each([
  ["no method", {}, { methods: [] }, "No method is chosen"],
  ["no seed", {}, { seeds: 0 }, "can be 1 to 20"],
  ["half a seed", {}, { seeds: 1.5 }, "can be 1 to 20"],
  ["seeds beyond the numbers", { seed: Number.MAX_SAFE_INTEGER }, {}, "no 3 seeds from"],
  ["nothing trained", { cycles: { max: 0 } }, {}, "nothing would be trained"],
  ["another encoder", { encoder: "owner/name" }, {}, "compared on the command line alone"],
  ["a target that is not here", { target: "hub:owner/name" }, {}, "not in this browser"],
])("%s is said before anything runs", (_, input, choice, said) => {
  const { studies, problem } = plan(input, choice);
  expect(studies).toEqual([]);
  expect(problem).toContain(said);
});

test("what is wrong with one method alone is said with its name", () => {
  const input = { rollouts: { enabled: false, reward: "leave-one-out" as const } };
  const grouped = plan(input, { methods: ["lora", "grpo"], on: twoWordings });
  expect(grouped.problem).toMatch(/^grpo: As it is set, the reward leave-one-out needs 3 wordings/);
  expect(plan({ grpo: { group: "wording" } }).problem).toMatch(/^grpo: grpo.group is "wording"/);
});
