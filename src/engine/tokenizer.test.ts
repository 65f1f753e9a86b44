import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { createTokenizer, loadTokenizer } from "./tokenizer";

interface Vectors {
  readonly eot: number;
  readonly cases: readonly { readonly text: string; readonly ids: readonly number[] }[];
}

const folder = "public/demo/model";
const read = async (file: string) => new Uint8Array(readFileSync(`${folder}/${file}`));
const vectors = JSON.parse(
  readFileSync("tests/fixtures/demo-model/tokenizer_vectors.json", "utf8"),
) as Vectors;

test("encodes and decodes the demo model's 60 recorded texts", async () => {
  const tokenizer = await loadTokenizer({ name: "demo", read });
  expect(vectors.cases).toHaveLength(60);
  for (const { text, ids } of vectors.cases) {
    expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids);
    expect(tokenizer.decode(ids)).toBe(text);
  }
});

test("knows the end-of-text token and writes it out", async () => {
  const tokenizer = await loadTokenizer({ name: "demo", read });
  expect(tokenizer.encode("<|endoftext|>")).toEqual([vectors.eot]);
  expect(tokenizer.decode([vectors.eot])).toBe("<|endoftext|>");
});

test("vocab.json and merges.txt alone make the same tokenizer", async () => {
  const names = new Set(["config.json", "model.safetensors", "vocab.json", "merges.txt"]);
  const tokenizer = await loadTokenizer({ name: "demo", read, names });
  for (const { text, ids } of vectors.cases) {
    expect(tokenizer.encode(text), JSON.stringify(text)).toEqual(ids);
    expect(tokenizer.decode(ids)).toBe(text);
  }
  expect(tokenizer.encode("<|endoftext|>")).toEqual([vectors.eot]);
});

test("names the file that is not JSON", () => {
  expect(() => createTokenizer("{", "{}")).toThrow("tokenizer.json is not JSON");
  expect(() => createTokenizer("{}", "<html>")).toThrow("tokenizer_config.json is not JSON");
});
