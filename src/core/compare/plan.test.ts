import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readBuiltIn } from "../corpus/built-in";
import { resolveConfig } from "../study/presets";
import { splitCorpus } from "../study/split";
import { incomparable, methodNames } from "./comparable";
import { DEMO_METHODS } from "./demo-methods";
import { COMPARED_METHODS } from "./method-settings";
import { planStudies, sameResults } from "./plan";

const corpus = readBuiltIn("demo", readFileSync("public/demo/demo_questions.json", "utf8"));
const base = resolveConfig({ preset: "recommended", seed: 7, sft: { steps: 9 } });
const heldOut = (config: typeof base) =>
  splitCorpus(config, corpus)
    .evaluation.map(({ id }) => id)
    .toSorted();

test("every method comes with every seed, all on the questions that the first seed holds out", () => {
  const plan = planStudies(base, COMPARED_METHODS, 3, corpus);
  expect(plan.map(({ method, seed }) => `${method} ${seed}`).slice(5, 8)).toEqual(["dpo 7", "lora 8", "ppo-batch-1 8"]); // prettier-ignore
  expect(plan).toHaveLength(18);
  for (const { config, seed } of plan) {
    expect(config.seed).toBe(seed);
    expect(heldOut(config)).toEqual(heldOut(base));
    expect(config.sft.steps).toBe(9);
    expect(incomparable({ name: "a", config }, { name: "b", config: base })).toBeNull();
  }
});

test("the seeds of a method are one method on the page, and no two methods are", () => {
  const plan = planStudies(base, COMPARED_METHODS, 2, corpus);
  const names = methodNames(plan.map(({ config }) => config));
  expect(new Set(names).size).toBe(6);
  expect(names.slice(0, 6)).toEqual(names.slice(6));
});

test("from the recommended settings each method is what the command line's comparison runs", () => {
  const recommended = resolveConfig({ preset: "recommended" });
  for (const { method, config } of planStudies(recommended, COMPARED_METHODS, 1, corpus)) {
    const { questions, ...settings } = resolveConfig(DEMO_METHODS[method]!);
    expect(config).toMatchObject(settings);
    expect(config.questions.evaluation).toBe(questions.evaluation);
  }
});

test("grouped PPO is grouped whatever the settings were, and a method trains where they had none", () => {
  const report = resolveConfig({ preset: "report", rollouts: { enabled: false } });
  const [grouped, rloo] = planStudies(report, ["ppo-grouped", "rloo"], 1, corpus);
  expect(grouped!.config.rollouts).toMatchObject({ enabled: true, batch: "question" });
  expect(rloo!.config.rollouts).toMatchObject({ enabled: true, method: "rloo" });
});

test("studies of the same results are known as such, however their held-out questions are named and whatever an API may cost", () => {
  const recommended = resolveConfig({ preset: "recommended", rollouts: { method: "grpo" } });
  const [planned] = planStudies(recommended, ["grpo"], 1, corpus);
  const isSame = (config: typeof recommended) => sameResults(config, planned!.config, corpus);
  expect(isSame(recommended)).toBe(true);
  expect(isSame({ ...recommended, pinned: { questions: [2], times: 1 } })).toBe(true);
  expect(isSame({ ...recommended, seed: 2 })).toBe(false);
  const { questions } = recommended;
  const api = { kind: "chat", baseUrl: "http://localhost:1234/v1", model: "m" } as const;
  const asking = (changes: object) =>
    resolveConfig({ preset: "recommended", aligned: { ...api, ...changes } });
  const isSameAsked = (changes: object) => sameResults(asking({}), asking(changes), corpus);
  expect(isSameAsked({ tokenBudget: 9, requestsAtOnce: 1, inputPrice: 1 })).toBe(true);
  expect(isSameAsked({ maxTokens: 9 })).toBe(false);
  expect(isSameAsked({ model: "n" })).toBe(false);
  expect(isSame({ ...recommended, questions: { ...questions, evaluation: 11 } })).toBe(false);
  expect(isSame({ ...recommended, questions: { ...questions, perCycle: 5 } })).toBe(false);
});
