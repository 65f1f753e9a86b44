import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readGpt2Config } from "./config";

const demo = JSON.parse(readFileSync("public/demo/model/config.json", "utf8")) as object;
const read = (fields: object) => readGpt2Config(JSON.stringify({ ...demo, ...fields }));

test("reads the demo model's configuration", () => {
  expect(read({})).toEqual({
    layers: 6,
    heads: 3,
    width: 192,
    inner: 768,
    vocabulary: 4096,
    positions: 256,
    layerNormEpsilon: 1e-5,
    endOfText: 4095,
  });
});

test("what a configuration leaves out is GPT-2's, the smallest", () => {
  expect(readGpt2Config('{"model_type":"gpt2"}')).toMatchObject({
    layers: 12,
    width: 768,
    inner: 3072,
    vocabulary: 50257,
    endOfText: 50256,
  });
});

test("n_inner overrides four times the width", () => {
  expect(read({ n_inner: 100 }).inner).toBe(100);
});

test.each([
  [{ model_type: "llama" }, 'model_type is "llama"; only GPT-2 models with "gpt2"'],
  [{ activation_function: "relu" }, 'activation_function is "relu"'],
  [{ scale_attn_weights: false }, "scale_attn_weights is false"],
  [{ scale_attn_by_inverse_layer_idx: true }, "scale_attn_by_inverse_layer_idx is true"],
  [{ tie_word_embeddings: false }, "tie_word_embeddings is false"],
  [{ n_head: 5 }, "n_embd 192 does not divide into n_head 5"],
  [{ eos_token_id: 4096 }, "eos_token_id 4096 is outside vocab_size 4096"],
  [{ n_layer: 0 }, "n_layer must be a whole number from 1 on, not 0"],
  [{ n_embd: "192" }, 'n_embd must be a number, not "192"'],
])("refuses %o by name", (fields, message) => {
  expect(() => read(fields)).toThrow(message);
});

test("refuses what is not JSON", () => {
  expect(() => readGpt2Config("<html>")).toThrow("config.json is not JSON");
});
