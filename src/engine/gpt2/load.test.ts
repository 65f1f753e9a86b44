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

/** Two files of weights and their index, as `save_pretrained` writes large models. */
function inShards(first: NamedTensor[], second: NamedTensor[]) {
  const names = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"] as const;
  const map = [first, second].flatMap((shard, i) => shard.map(({ name }) => [name, names[i]]));
  const files = new Map<string, Uint8Array>([
    ["config.json", new Uint8Array(configText)],
    [
      "model.safetensors.index.json",
      Buffer.from(JSON.stringify({ metadata: {}, weight_map: Object.fromEntries(map) as object })),
    ],
    [names[0], writeSafetensors(first)],
    [names[1], writeSafetensors(second)],
  ]);
  return loadGpt2({
    name: "tiny",
    names: new Set(files.keys()),
    read: async (file) => files.get(file)!,
  });
}

test("weights in several files are the same model; what none of them holds is named", async () => {
  const before = tf.memory().numTensors;
  const model = await inShards(tensors.slice(0, 11), tensors.slice(11));
  for (const [name, variable] of model.namedParameters()) {
    expect(variable.dataSync()).toEqual(tensors.find((tensor) => tensor.name === name)!.data);
  }
  model.dispose();
  await expect(inShards(tensors.slice(0, 10), tensors.slice(11))).rejects.toThrow(
    `model-00002-of-00002.safetensors lacks ${tensors[10]!.name}`,
  );
  expect(tf.memory().numTensors).toBe(before);
});

test.each([
  ["F16", (x: number) => toFloat16(x), 1e-3],
  ["BF16", (x: number) => new Uint32Array(Float32Array.of(x).buffer)[0]! >>> 16, 1e-2],
] as const)("weights in %s become the same model, rounded", async (dtype, encode, rtol) => {
  const model = await load(in16Bits(dtype, encode));
  for (const [name, variable] of model.namedParameters()) {
    const { data } = tensors.find((tensor) => tensor.name === name)!;
    expect(variable.dataSync()).toBeAllClose(data, { rtol, atol: 1e-4 });
  }
  model.dispose();
});

test("weights of another type are refused by name", async () => {
  await expect(load(in16Bits("I16", () => 0))).rejects.toThrow(
    /model.safetensors: .* is I16; only F32, F16 and BF16 can be read/,
  );
});

function in16Bits(dtype: string, encode: (x: number) => number): Uint8Array {
  const bodies = tensors.map(({ data }) => Uint16Array.from(data, encode));
  let at = 0;
  const entries = tensors.map(({ name, shape }, i) => {
    const begin = at;
    at += bodies[i]!.byteLength;
    return [name, { dtype, shape, data_offsets: [begin, at] }];
  });
  const header = Buffer.from(JSON.stringify(Object.fromEntries(entries)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(header.length));
  return new Uint8Array(
    Buffer.concat([length, header, ...bodies.map(({ buffer }) => Buffer.from(buffer))]),
  );
}

/** Round to zero, which is near enough here; values below the normal ones become 0. */
function toFloat16(x: number): number {
  const bits = new Uint32Array(Float32Array.of(x).buffer)[0]!;
  const exponent = ((bits >>> 23) & 0xff) - 112;
  const sign = (bits >>> 16) & 0x8000;
  return exponent <= 0 ? sign : sign | (exponent << 10) | ((bits >>> 13) & 0x3ff);
}

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
