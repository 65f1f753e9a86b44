import { expect, test } from "vitest";
import { resolveConfig } from "../study/presets";
import { modelCard } from "./model-card";
import { smallContent } from "./report-page/content.fixture";

const adapter = {
  config: resolveConfig({ preset: "recommended" }).adapter,
  baseModel: "openai-community/gpt2",
  tensors: [],
};

test("the card starts with the hub's front matter and states what the report states", async () => {
  const { report } = await smallContent();
  const card = modelCard(adapter, { role: "ppo", cycle: 1 }, report, "1.2.3");
  expect(card).toMatch(/^---\nbase_model: openai-community\/gpt2\nlibrary_name: peft\n/);
  expect(card).toContain("rank 8, alpha 16, on c_attn");
  expect(card).toContain("| n | 6 | 6 | 6 | 6 |");
  expect(card).toContain("Steadfast 1.2.3");
});

test("a base model's name that YAML would misread is quoted", () => {
  const odd = { ...adapter, baseModel: "my model: v2" };
  expect(modelCard(odd, { role: "lora", cycle: 1 }, null, "1")).toContain(
    '\nbase_model: "my model: v2"\n',
  );
});

test("without a report nothing is claimed", () => {
  const card = modelCard(adapter, { role: "lora", cycle: 2 }, null, "1");
  expect(card).toContain("nothing is stated about it");
  expect(card).not.toContain("SaGE on");
});
