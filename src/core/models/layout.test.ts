import { expect, test } from "vitest";
import { expectedFiles, smallFiles, weightFiles } from "./layout";

const index = (map: unknown) => JSON.stringify({ metadata: {}, weight_map: map });
const set = (...names: string[]) => new Set(names);

test("config.json comes first, then the tokenizer, whichever form it has", () => {
  const usual = set("model.safetensors", "tokenizer.json", "vocab.json", "merges.txt", "config.json"); // prettier-ignore
  expect(smallFiles(usual, "x")).toEqual(["config.json", "tokenizer.json"]);
  const old = set("config.json", "model.safetensors", "vocab.json", "merges.txt");
  expect(smallFiles(old, "x")).toEqual(["config.json", "vocab.json", "merges.txt"]);
});

test.each([
  [set("model.safetensors"), "x has no config.json. A GPT-2 needs"],
  [set("config.json", "tf_model.h5"), "x has no model.safetensors, only tf_model.h5."],
  [set("config.json", "tokenizer.json"), "x has no model.safetensors. A GPT-2"],
  [set("config.json", "model.safetensors", "vocab.json"), "neither tokenizer.json nor merges.txt"],
])("names what is missing", (names, message) => {
  expect(() => smallFiles(names, "x")).toThrow(message);
});

test("weights in several files are those that the index names, and they must be there", () => {
  const shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
  const names = set("config.json", "tokenizer.json", "model.safetensors.index.json", ...shards);
  const map = { "wte.weight": shards[1], "wpe.weight": shards[0], "ln_f.bias": shards[1] };
  expect(weightFiles(names, index(map))).toEqual(shards);
  expect(expectedFiles(names, "x").slice(-2)).toEqual(shards);
  expect(() => weightFiles(set(shards[0]!), index(map))).toThrow(`names ${shards[1]}, which`);
});

test.each(["{", "null", "{}", index({}), index({ a: 1 }), index({ a: "../x.safetensors" })])(
  "refuses the index %j",
  (text) => {
    expect(() => weightFiles(set(), text)).toThrow(SyntaxError);
  },
);
