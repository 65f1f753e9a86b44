import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import {
  parseSafetensors,
  writeSafetensors,
  type NamedTensor,
} from "../../core/format/safetensors";
import { startBackend } from "../backend";
import { loadGpt2 } from "./load";

const configText = readFileSync("tests/fixtures/golden/tiny-gpt2.config.json");
const weightBytes = new Uint8Array(readFileSync("tests/fixtures/golden/tiny-gpt2.safetensors"));
const tensors = [...parseSafetensors(weightBytes, "tiny").tensors.values()].map(
  ({ name, shape, read }): NamedTensor => ({ name, shape, data: read() }),
);

beforeAll(() => startBackend("cpu"));

const load = (weights: Uint8Array) =>
  loadGpt2({
    name: "tiny",
    read: async (file) => (file === "config.json" ? new Uint8Array(configText) : weights),
  });
const changed = (change: (tensors: NamedTensor[]) => NamedTensor[]) =>
  load(writeSafetensors(change(tensors)));

test("loads the hub's layout without the mask buffers, all weights frozen", async () => {
  const model = await load(weightBytes);
  const parameters = model.namedParameters();
  expect(parameters.size).toBe(28);
  expect(parameters.has("h.0.attn.bias")).toBe(false);
  expect(parameters.has("h.0.attn.c_attn.bias")).toBe(true);
  expect([...parameters.values()].some(({ trainable }) => trainable)).toBe(false);
  model.dispose();
});

test("names with transformer., and a copy of the tied head, are the same model", async () => {
  const wte = tensors.find(({ name }) => name === "wte.weight")!;
  const model = await changed((all) => [
    ...all.map((tensor) => ({ ...tensor, name: `transformer.${tensor.name}` })),
    { ...wte, name: "lm_head.weight" },
  ]);
  const loaded = model.namedParameters().get("wte.weight")!;
  expect(loaded.dataSync()).toEqual(wte.data);
  model.dispose();
});

test("refuses missing, foreign and misshapen tensors by name, and leaves none behind", async () => {
  const before = tf.memory().numTensors;
  const without = (name: string) => (all: NamedTensor[]) => all.filter((t) => t.name !== name);
  await expect(changed(without("h.1.ln_2.bias"))).rejects.toThrow(
    "model.safetensors lacks h.1.ln_2.bias",
  );
  const foreign = { name: "h.2.ln_1.bias", shape: [1], data: new Float32Array(1) };
  await expect(changed((all) => [...all, foreign])).rejects.toThrow(
    "holds h.2.ln_1.bias, which a GPT-2 of this config.json does not have",
  );
  const flat = (all: NamedTensor[]) =>
    all.map((t) => (t.name === "wte.weight" ? { ...t, shape: [t.data.length] } : t));
  await expect(changed(flat)).rejects.toThrow(
    "wte.weight has shape [3232], config.json implies [101, 32]",
  );
  expect(tf.memory().numTensors).toBe(before);
});

test("refuses sequences longer than the model's positions", async () => {
  const model = await load(weightBytes);
  expect(() => model.hidden(tf.zeros([1, 65], "int32"))).toThrow(
    "65 tokens are more than the 64 positions of tiny",
  );
  model.dispose();
});

test("right padding does not reach the tokens before it", async () => {
  const model = await load(weightBytes);
  const hidden = (ids: number[]) =>
    tf.tidy(() => model.hidden(tf.tensor2d([ids], undefined, "int32")).dataSync());
  const short = hidden([5, 6, 7]);
  expect(hidden([5, 6, 7, 100, 100]).slice(0, short.length)).toBeAllClose(short, { atol: 1e-5 });
  model.dispose();
});
