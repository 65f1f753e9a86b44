import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readGpt2Config } from "../gpt2/config";
import { fitAdapter, mapsOf } from "./fit";
import { type AdapterWeights, readPeft } from "./peft";

const golden = "tests/fixtures/golden";
const adapter = readPeft(
  readFileSync(`${golden}/tiny-adapter/adapter_config.json`, "utf8"),
  new Uint8Array(readFileSync(`${golden}/tiny-adapter/adapter_model.safetensors`)),
);
const config = readGpt2Config(readFileSync(`${golden}/tiny-gpt2.config.json`, "utf8"));
const fit = (weights: AdapterWeights, of = config) => fitAdapter(weights, mapsOf(of), "tiny");

test("a model has four maps a block, by their whole names", () => {
  expect(mapsOf(config)).toHaveLength(4 * config.layers);
  expect(mapsOf(config)[4]).toEqual({ name: "h.1.attn.c_attn", fanIn: 32, fanOut: 96 });
});

test("each map that is named gets its A [rank, in] and its B [out, rank]", () => {
  const fitted = fit(adapter);
  expect(fitted.map(({ name }) => name)).toEqual(["h.0.attn.c_attn", "h.1.attn.c_attn"]);
  for (const { a, b } of fitted) expect([a.shape, b.shape]).toEqual([[4, 32], [96, 4]]); // prettier-ignore
});

test("what does not fit is named, with the shape that the model needs", () => {
  expect(() => fit(adapter, { ...config, width: 48 })).toThrow(
    "the adapter's h.0.attn.c_attn.lora_A.weight has shape [4, 32], this model needs [4, 48]: it was made for another model",
  );
  expect(() => fit(adapter, { ...config, layers: 3 })).toThrow(
    "the adapter lacks h.2.attn.c_attn.lora_A.weight, of shape [4, 32]",
  );
  expect(() => fit(adapter, { ...config, layers: 1 })).toThrow(
    "the adapter holds h.1.attn.c_attn.lora_A.weight, h.1.attn.c_attn.lora_B.weight, which target_modules c_attn",
  );
  const elsewhere = { ...adapter, config: { ...adapter.config, targetModules: ["q_proj"] } };
  expect(() => fit(elsewhere)).toThrow('"q_proj" names no map of tiny');
});
