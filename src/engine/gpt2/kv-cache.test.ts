import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { startBackend } from "../backend";
import { KvCache } from "./kv-cache";

const wasmPath = `${process.cwd()}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`;
beforeAll(() => startBackend("wasm", { wasmPath }));

/** Two rows of one head of width 1: row r, slot s holds 10·(r + 1) + s. */
const states = (slots: number[]) =>
  tf.tensor4d([0, 1].map((row) => [slots.map((slot) => [10 * (row + 1) + slot])]));
const written = () => {
  const cache = new KvCache({ layers: 1, capacity: 4 });
  cache.write(0, states([0, 1]), states([0, 1]), 0);
  return cache;
};

test("keeps its shape, and what was written, from write to write", () => {
  const { keys, values } = written().write(0, states([2]), tf.neg(states([2])), 2);
  expect(keys.shape).toEqual([2, 1, 4, 1]);
  expect([...keys.dataSync()]).toEqual([10, 11, 12, 0, 20, 21, 22, 0]);
  expect([...values.dataSync()]).toEqual([10, 11, -12, 0, 20, 21, -22, 0]);
});

test("keeps the rows asked for, in their order", () => {
  const cache = written();
  cache.keepRows([1]);
  const next = tf.tensor4d([[[[22]]]]);
  expect([...cache.write(0, next, next, 2).keys.dataSync()]).toEqual([20, 21, 22, 0]);
});

test("leaks no tensors", () => {
  const added = states([0]);
  const before = tf.memory().numTensors;
  const cache = new KvCache({ layers: 2, capacity: 4 });
  for (const layer of [0, 1]) {
    cache.write(layer, added, added, 0);
    cache.write(layer, added, added, 1);
  }
  cache.keepRows([0]);
  cache.dispose();
  expect(tf.memory().numTensors).toBe(before);
});
