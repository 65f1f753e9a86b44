import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { writeSafetensors } from "../format/safetensors";
import { readPeft, writePeft, type AdapterWeights } from "./peft";

const folder = "tests/fixtures/golden/tiny-adapter";
const configText = readFileSync(`${folder}/adapter_config.json`, "utf8");
const bytes = new Uint8Array(readFileSync(`${folder}/adapter_model.safetensors`));
const withField = (fields: object) =>
  JSON.stringify({ ...(JSON.parse(configText) as object), ...fields });

const weights: AdapterWeights = {
  config: { rank: 1, loraAlpha: 2, loraDropout: 0.1, targetModules: ["c_attn"], useRslora: false },
  baseModel: "gpt2",
  tensors: [
    { name: "h.0.attn.c_attn.lora_A.weight", shape: [1, 2], data: Float32Array.of(1, 2) },
    { name: "h.0.attn.c_attn.lora_B.weight", shape: [3, 1], data: Float32Array.of(3, 4, 5) },
  ],
};

test("reads an adapter that PEFT's layout holds", () => {
  const { config, baseModel, tensors } = readPeft(configText, bytes);
  expect(config).toEqual({
    rank: 4,
    loraAlpha: 8,
    loraDropout: 0,
    targetModules: ["c_attn"],
    useRslora: false,
  });
  expect(baseModel).toBe("tiny-gpt2");
  expect(tensors.map(({ name, shape }) => [name, shape])).toContainEqual([
    "h.1.attn.c_attn.lora_B.weight",
    [96, 4],
  ]);
});

test("reads back what it wrote", () => {
  const files = writePeft(weights);
  expect(readPeft(files["adapter_config.json"], files["adapter_model.safetensors"])).toEqual(
    weights,
  );
});

test("writes the fields that PEFT 0.4 knew, sorted, and use_rslora only where it is on", () => {
  const fields = (config: Partial<AdapterWeights["config"]>) =>
    Object.keys(
      JSON.parse(
        writePeft({ ...weights, config: { ...weights.config, ...config } })["adapter_config.json"],
      ) as object,
    );
  expect(fields({})).toEqual([
    "base_model_name_or_path",
    "bias",
    "fan_in_fan_out",
    "inference_mode",
    "lora_alpha",
    "lora_dropout",
    "peft_type",
    "r",
    "target_modules",
    "task_type",
  ]);
  expect(fields({ useRslora: true })).toContain("use_rslora");
});

test("writes the tensors under PEFT's keys", () => {
  const text = new TextDecoder().decode(writePeft(weights)["adapter_model.safetensors"]);
  expect(text).toContain('"base_model.model.transformer.h.0.attn.c_attn.lora_A.weight"');
  expect(text).toContain('"format":"pt"');
});

test.each([
  [{ peft_type: "IA3" }, 'peft_type: it is "IA3"; only LORA'],
  [{ use_dora: true }, "use_dora is true"],
  [{ bias: "all" }, 'bias is "all"'],
  [{ modules_to_save: ["wte"] }, 'modules_to_save is ["wte"]'],
  [{ rank_pattern: { c_attn: 16 } }, "rank_pattern is"],
  [{ alpha_pattern: { c_attn: 16 } }, "alpha_pattern is"],
  [{ layers_to_transform: [0] }, "layers_to_transform is [0]"],
  [{ layers_to_transform: 0 }, "layers_to_transform is 0"],
  [{ init_lora_weights: "pissa" }, 'init_lora_weights is "pissa"'],
  [{ alora_invocation_tokens: [7] }, "alora_invocation_tokens is"],
])("refuses %o by its name", (fields, message) => {
  expect(() => readPeft(withField(fields), bytes)).toThrow(message);
});

test("refuses keys that are not PEFT's of GPT-2, a rank that disagrees, and half a pair", () => {
  const [a, b] = weights.tensors;
  const file = (tensors: AdapterWeights["tensors"], prefix = "base_model.model.transformer.") =>
    writeSafetensors(tensors.map((tensor) => ({ ...tensor, name: prefix + tensor.name })));
  const config = writePeft(weights)["adapter_config.json"];
  expect(() => readPeft(config, file([a!, b!], "transformer."))).toThrow(
    "is not a LoRA weight of GPT-2",
  );
  expect(() => readPeft(withField({ r: 2 }), file([a!, b!]))).toThrow(
    "has shape [1, 2], but adapter_config.json says r 2",
  );
  expect(() => readPeft(config, file([a!]))).toThrow("lora_B.weight is missing");
  expect(() => readPeft(config, file([]))).toThrow("holds no tensors");
});

test("names the field that is wrong", () => {
  expect(() => readPeft("{", bytes)).toThrow("adapter_config.json is not JSON");
  expect(() => readPeft(withField({ r: "4" }), bytes)).toThrow(
    "adapter_config.json: r: Invalid type",
  );
  expect(() => readPeft(withField({ lora_dropout: 1 }), bytes)).toThrow(
    "adapter_config.json: lora_dropout",
  );
});

test("a pattern of targets means the maps that have weights, and the adapter is written by their names", () => {
  const { config, tensors } = readPeft(withField({ target_modules: ".*attn.c_attn" }), bytes);
  expect(config.targetModules).toEqual(["h.0.attn.c_attn", "h.1.attn.c_attn"]);
  const files = writePeft({ config, baseModel: "tiny-gpt2", tensors });
  expect(readPeft(files["adapter_config.json"], files["adapter_model.safetensors"]).config).toEqual(
    config,
  );
  expect(() => readPeft(withField({ target_modules: "" }), bytes)).toThrow("target_modules");
});
