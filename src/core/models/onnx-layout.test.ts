import { expect, test } from "vitest";
import { modelKind, onnxFiles, onnxWeights, readOnnxConfig } from "./onnx-layout";
import { requireModel, wantedFiles } from "./wanted";

const set = (...names: string[]) => new Set(names);
const TOKENIZER = ["tokenizer.json", "tokenizer_config.json"];
const ONNX = set("config.json", "generation_config.json", ...TOKENIZER, "onnx/model.onnx");
const GPT2 = '{"model_type":"gpt2"}';
const LLAMA = '{"model_type":"llama","max_position_embeddings":2048}';

test("the weights taken are the most exact that are there", () => {
  const files = ["onnx/model_q4.onnx", "onnx/model_quantized.onnx", "onnx/model.onnx"];
  const taken = [1, 2, 3].map((count) => onnxWeights(set(...files.slice(0, count)))!.dtype);
  expect(taken).toEqual(["q4", "q8", "fp32"]);
  expect(onnxWeights(set("onnx/model_fp16.onnx", "model.onnx"))).toBeNull();
});

test("a GPT-2 that can be trained is not run as ONNX; anything else with ONNX beside it is", () => {
  const both = set(...ONNX, "model.safetensors");
  expect(modelKind(both, GPT2)).toBe("gpt2");
  expect(modelKind(both, LLAMA)).toBe("onnx");
  expect(modelKind(ONNX, GPT2)).toBe("onnx");
  expect(modelKind(set("config.json", "model.safetensors"), LLAMA)).toBe("gpt2"); // its reader refuses it
});

test("the small files come first, and generation_config.json only where it is", () => {
  expect(onnxFiles(ONNX, "x")).toEqual([
    ...["config.json", ...TOKENIZER, "generation_config.json", "onnx/model.onnx"],
  ]);
  const few = set("config.json", ...TOKENIZER, "onnx/model_q4.onnx");
  expect(onnxFiles(few, "x")).toEqual(["config.json", ...TOKENIZER, "onnx/model_q4.onnx"]);
  const { kind, model, small, weights } = wantedFiles(ONNX, LLAMA, "x");
  expect({ kind, model, weights: weights(null) }).toEqual({
    ...{ kind: "onnx", model: null, weights: ["onnx/model.onnx"] },
  });
  expect(small.at(-1)).toBe("generation_config.json");
});

test("what is missing, or lies in a second file, is named", () => {
  expect(() => onnxFiles(set("config.json", "onnx/model.onnx"), "x")).toThrow(
    "x has no tokenizer.json. A model in ONNX needs config.json, tokenizer.json, tokenizer_config.json and one of",
  );
  expect(() => onnxFiles(set(...ONNX, "onnx/model.onnx_data"), "x")).toThrow(
    "x keeps its weights in onnx/model.onnx_data, beside onnx/model.onnx",
  );
  expect(() => requireModel(set("onnx/model.onnx"), "x")).toThrow("x has no config.json");
  expect(() => requireModel(set("config.json"), "x")).toThrow("x has no model.safetensors");
  requireModel(ONNX, "x");
});

test("config.json tells the architecture and the longest text, or why it does not", () => {
  expect(readOnnxConfig(LLAMA)).toEqual({ modelType: "llama", positions: 2048 });
  expect(readOnnxConfig('{"model_type":"gpt2","n_positions":96}').positions).toBe(96);
  expect(readOnnxConfig(GPT2).positions).toBeNull();
  for (const text of ["<!doctype html>", "[]", "null", "{}"]) {
    expect(() => readOnnxConfig(text)).toThrow("no JSON object with a model_type");
  }
});
