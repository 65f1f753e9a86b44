import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { useBackend } from "../../../tests/backends";
import { KvCache } from "./kv-cache";

beforeAll(() => useBackend("wasm"));

test("keeps the prompts' keys and values, by prompt and place", () => {
  const cache = new KvCache({ layers: 1, rows: 3, slots: 4, width: 1 });
  const qkv = tf.tensor2d([1, 2, 3, 4].map((i) => [i, 10 * i, 100 * i]));
  cache.addPrompts(qkv, 2);
  const { prompts, own } = cache.layer(0);
  expect(prompts.arraySync()).toEqual([
    [
      [10, 100],
      [20, 200],
    ],
    [
      [30, 300],
      [40, 400],
    ],
  ]);
  expect(own.shape).toEqual([3, 4, 2]);
  cache.dispose();
});

test("leaks no tensors, and survives a tidy around it", () => {
  const before = tf.memory().numTensors;
  tf.engine().startScope();
  const cache = new KvCache({ layers: 2, rows: 1, slots: 1, width: 2 });
  cache.addPrompts(tf.ones([2, 6]), 1);
  cache.addPrompts(tf.ones([2, 6]), 1);
  tf.engine().endScope();
  expect(cache.layer(1).prompts.shape).toEqual([1, 2, 4]);
  cache.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
