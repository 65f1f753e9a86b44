import { expect, test } from "vitest";
import { demoStudy, resolveConfig } from "../core/study/presets";
import { SetupState } from "./setup.svelte";

function memory(initial: Record<string, string> = {}) {
  const items = new Map(Object.entries(initial));
  return {
    getItem: (key: string) => items.get(key) ?? null,
    setItem: (key: string, value: string) => void items.set(key, value),
    text: () => [...items.values()].join(),
  };
}

test("it starts from the demo's study with nothing changed", () => {
  const setup = new SetupState(memory());
  expect(setup.checked.config).toEqual(resolveConfig(demoStudy));
  expect(setup.isChanged(["questions", "alwaysEvaluate"])).toBe(false);
});

test("a changed field is told from its default, kept over a reload, and can be reset", () => {
  const storage = memory();
  new SetupState(storage).set(["ppo", "gamma"], 0.9);
  const setup = new SetupState(storage);
  expect(setup.valueOf(["ppo", "gamma"])).toBe(0.9);
  expect(setup.isChanged(["ppo", "gamma"])).toBe(true);
  setup.reset(["ppo", "gamma"]);
  expect(setup.valueOf(["ppo", "gamma"])).toBe(1);
  expect(setup.input).toEqual(demoStudy);
});

test("all settings are reset at once, and come back until something else is chosen", () => {
  const setup = new SetupState(memory());
  setup.set(["ppo", "gamma"], 0.9);
  setup.import("{", "broken.json");
  setup.resetAll();
  expect(setup.isChanged(["ppo", "gamma"])).toBe(false);
  expect(setup.importProblem).toBeNull();
  setup.undoReset();
  expect(setup.valueOf(["ppo", "gamma"])).toBe(0.9);
  setup.resetAll();
  setup.set(["seed"], 2);
  expect(setup.beforeReset).toBeNull();
});

test("empty is a value of its own where a field allows it", () => {
  const setup = new SetupState(memory());
  setup.set(["sft", "steps"], null);
  expect(setup.valueOf(["sft", "steps"])).toBeNull();
  expect(setup.isChanged(["sft", "steps"])).toBe(true);
});

test("a wrong value is kept for the user to mend, and named by its field", () => {
  const setup = new SetupState(memory());
  setup.set(["ppo", "gamma"], "much");
  expect(setup.valueOf(["ppo", "gamma"])).toBe("much");
  expect(setup.checked.config).toBeNull();
  expect(setup.errorOf(["ppo", "gamma"])).toMatch(/Expected number but received "much"/);
  expect(setup.errorOf(["ppo", "lambda"])).toBeNull();
});

test("the preset decides the defaults, and what was changed stays changed", () => {
  const setup = new SetupState(memory());
  setup.set(["ppo", "gamma"], 0.9);
  setup.choosePreset("report");
  expect(setup.valueOf(["rollouts", "reward"])).toBe("group-sage");
  expect(setup.isChanged(["rollouts", "reward"])).toBe(false);
  expect(setup.valueOf(["ppo", "gamma"])).toBe(0.9);
});

test("held-out questions named by id go when another corpus is chosen", () => {
  const setup = new SetupState(memory());
  setup.useCorpus("mine");
  expect(setup.checked.config).toMatchObject({ corpus: "mine", questions: { alwaysEvaluate: [] } });
  setup.useCorpus("everyday-ethics");
  expect(setup.valueOf(["questions", "alwaysEvaluate"])).toEqual([1, 2, 3, 4]);
});

test("settings survive export and import; a bad file changes nothing and says why", () => {
  const setup = new SetupState(memory());
  setup.set(["seed"], 7);
  const file = setup.export();
  const other = new SetupState(memory());
  other.import(file, "study.json");
  expect(other.checked.config).toEqual(setup.checked.config);
  other.import('{"preset": "report", "seed": -1}', "bad.json");
  expect(other.importProblem).toMatch(/^bad\.json, field "seed": /);
  expect(other.valueOf(["seed"])).toBe(7);
});

test("an API's settings have their defaults; address and model have none", () => {
  const setup = new SetupState(memory());
  setup.set(["aligned"], { kind: "chat", baseUrl: "http://localhost:1234/v1", model: "llama" });
  expect(setup.valueOf(["aligned", "maxTokens"])).toBe(256);
  expect(setup.isChanged(["aligned", "model"])).toBe(false);
  setup.set(["aligned", "maxTokens"], 64);
  expect(setup.isChanged(["aligned", "maxTokens"])).toBe(true);
  setup.reset(["aligned", "maxTokens"]);
  expect(setup.checked.config?.aligned).toMatchObject({ model: "llama", maxTokens: 256 });
});

test("a preset that is not known any more is named, and the page still has defaults", () => {
  const setup = new SetupState(memory({ "steadfast.setup": '{"preset": "old"}' }));
  expect(setup.errorOf(["preset"])).toMatch(/old/);
  expect(setup.valueOf(["seed"])).toBe(1);
});

test("one wrong item of a list is the list's error", () => {
  const setup = new SetupState(memory());
  setup.set(["adapter", "targetModules"], ["c_attn", 1]);
  expect(setup.errorOf(["adapter", "targetModules"])).toMatch(/Expected string/);
});

test("the API key is neither stored nor exported", () => {
  const storage = memory();
  const setup = new SetupState(storage);
  setup.apiKey = "sk-secret";
  setup.set(["seed"], 3);
  expect(storage.text() + setup.export()).not.toContain("sk-secret");
});

test("what another program left under our name is passed over", () => {
  expect(new SetupState(memory({ "steadfast.setup": "{cut off" })).input).toEqual(demoStudy);
});

test("with a model in ONNX there are no cycles, and with one that can be trained they come back", () => {
  const setup = new SetupState(memory());
  setup.useTarget("files:tiny@0123456789ab", "onnx");
  expect(setup.checked.config).toMatchObject({ target: "files:tiny@0123456789ab" });
  expect(setup.checked.config!.cycles.max).toBe(0);
  expect(setup.applies(["sft"])).toBe(false);
  setup.useTarget("demo", "gpt2");
  expect(setup.checked.config).toMatchObject({ target: "demo", cycles: { max: 1 } });
  setup.set(["cycles", "max"], 3);
  setup.useTarget("hub:lab/here@main", "gpt2");
  expect(setup.checked.config!.cycles.max).toBe(3);
});
