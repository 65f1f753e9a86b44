import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { startBackend } from "../backend";
import { dropoutMask, freshMap } from "./adapter";

beforeAll(() => startBackend("cpu"));
const fresh = (seed = 7) => freshMap(2, [4, 5], seed);

test("a fresh map changes nothing: its B is 0", () => {
  const { a, b } = fresh();
  expect([a.shape, b.shape]).toEqual([
    [2, 4],
    [5, 2],
  ]);
  expect([...b.dataSync()]).toEqual(new Array(10).fill(0));
});

test("A is uniform within ±1/√in, and the seed decides it", () => {
  const { a } = freshMap(64, [16, 4], 3);
  const values = Array.from(a.dataSync<"float32">());
  expect(Math.max(...values.map(Math.abs))).toBeLessThanOrEqual(0.25);
  const variance = values.reduce((sum, value) => sum + value * value, 0) / values.length;
  expect(variance).toBeCloseTo(0.25 ** 2 / 3, 2);
  expect(fresh(1).a.dataSync()).toEqual(fresh(1).a.dataSync());
  expect(fresh(1).a.dataSync()).not.toEqual(fresh(2).a.dataSync());
});

test("a dropout mask zeroes its share, keeps the mean, and repeats with its seed", () => {
  const values = Array.from(dropoutMask([100, 100], 0.2, 5).dataSync<"float32">());
  expect(new Set(values)).toEqual(new Set([0, 1.25]));
  expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(1, 1);
  expect([...dropoutMask([100, 100], 0.2, 5).dataSync()]).toEqual(values);
  expect([...dropoutMask([100, 100], 0.2, 6).dataSync()]).not.toEqual(values);
});

test("leaks no tensors", () => {
  const before = tf.memory().numTensors;
  const map = fresh();
  dropoutMask([3, 4], 0.5, 1).dispose();
  tf.dispose([map.a, map.b]);
  expect(tf.memory().numTensors).toBe(before);
});
