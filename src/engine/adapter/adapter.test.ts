import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { startBackend } from "../backend";
import { dropout, freshMap, lowRankDelta } from "./adapter";

beforeAll(() => startBackend("cpu"));
const fresh = (seed = 7) => freshMap(2, [4, 5], seed);
const x = () => tf.ones<tf.Rank.R2>([3, 4]);

test("a fresh map changes nothing", () => {
  const delta = lowRankDelta(fresh(), x(), 8);
  expect(delta.shape).toEqual([3, 5]);
  expect(delta.dataSync()).toBeAllClose(new Float32Array(15));
});

test("is s·x·Aᵀ·Bᵀ", () => {
  const map = { a: tf.variable(tf.tensor2d([[1, 2]])), b: tf.variable(tf.tensor2d([[3], [4]])) };
  expect([...lowRankDelta(map, tf.tensor2d([[1, 10]]), 2).dataSync()]).toEqual([126, 168]);
});

test("the first gradient reaches B and not A", () => {
  const map = fresh();
  const { grads } = tf.variableGrads(() => tf.sum(lowRankDelta(map, x(), 8)), [map.a, map.b]);
  const norm = (variable: tf.Variable) => tf.norm(grads[variable.name]!).dataSync()[0];
  expect(norm(map.b)).toBeGreaterThan(0);
  expect(norm(map.a)).toBe(0);
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

test("dropout zeroes its share, keeps the mean, and repeats with its seed", () => {
  const input = tf.ones<tf.Rank.R2>([100, 100]);
  const values = Array.from(dropout(input, 0.2, 5).dataSync<"float32">());
  expect(new Set(values)).toEqual(new Set([0, 1.25]));
  expect(values.reduce((sum, value) => sum + value, 0) / values.length).toBeCloseTo(1, 1);
  expect([...dropout(input, 0.2, 5).dataSync()]).toEqual(values);
  expect([...dropout(input, 0.2, 6).dataSync()]).not.toEqual(values);
});

test("leaks no tensors", () => {
  const input = x();
  const before = tf.memory().numTensors;
  const map = fresh();
  lowRankDelta(map, input, 8).dispose();
  dropout(input, 0.5, 1).dispose();
  tf.dispose([map.a, map.b]);
  expect(tf.memory().numTensors).toBe(before);
});
