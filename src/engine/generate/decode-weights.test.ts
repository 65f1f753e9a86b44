import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { useBackend } from "../../../tests/backends";
import { diskFolder } from "../../../tests/parity/folder";
import { loadGoldenModel, readGoldenAdapter } from "../../../tests/parity/gpt2-cases";
import { type AttachedAdapter, createAdapter, importAdapter } from "../adapter/attach";
import type { Gpt2 } from "../gpt2/model";
import { affine } from "../kernels/decode/plain";
import { DecodeWeights } from "./decode-weights";

const golden = diskFolder("tests/fixtures/golden");
let model: Gpt2;
let adapter: AttachedAdapter;
beforeAll(async () => {
  await useBackend("wasm");
  model = await loadGoldenModel(golden);
  adapter = importAdapter(model, await readGoldenAdapter(golden));
});

test("a packed map is the map with its adapter's term", () => {
  const weights = new DecodeWeights(model, adapter);
  const { cAttn } = weights.blocks[1]!;
  const x = tf.ones<tf.Rank.R2>([3, model.config.width]);
  const base = affine(x, { ...cAttn, lora: undefined });
  const { a, b } = adapter.maps.get("h.1.attn.c_attn")!;
  const term = tf.matMul(tf.matMul(x, a, false, true), b, false, true);
  const expected = tf.add(base, tf.mul(term, adapter.scaling));
  expect(affine(x, cAttn).dataSync()).toBeAllClose(expected.dataSync(), { atol: 1e-5 });
  expect(expected.dataSync()).not.toBeAllClose(base.dataSync(), { atol: 1e-2 });
  weights.dispose();
});

test("maps without an adapter have no term, and odd ranks are padded", () => {
  const config = {
    rank: 3,
    loraAlpha: 6,
    loraDropout: 0,
    targetModules: ["mlp.c_fc"],
    useRslora: false,
  };
  const own = createAdapter(model, config, 1);
  const weights = new DecodeWeights(model, own);
  const { cAttn, cFc } = weights.blocks[0]!;
  const { width, inner } = model.config;
  expect(cAttn.lora).toBeUndefined();
  expect(cFc.lora?.shape).toEqual([width + inner, 4]);
  weights.dispose();
  own.dispose();
});

test("leaks no tensors", () => {
  const before = tf.memory().numTensors;
  new DecodeWeights(model, adapter).dispose();
  expect(tf.memory().numTensors).toBe(before);
});
