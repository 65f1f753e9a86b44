import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { startBackend } from "../backend";
import { ValueHead } from "./value-head";

beforeAll(() => startBackend("cpu"));

test("values are h·w + b", async () => {
  const head = new ValueHead({ weight: Float32Array.of(1, -2), bias: Float32Array.of(0.5) });
  const states = tf.tensor2d([
    [3, 1],
    [0, 4],
  ]);
  expect([...(await head.values(states).data())]).toEqual([1.5, -7.5]);
  expect(await head.weights()).toEqual({
    weight: Float32Array.of(1, -2),
    bias: Float32Array.of(0.5),
  });
});

test("a fresh head lies within ±1/√width, and the seed decides it", async () => {
  const { weight, bias } = await ValueHead.fresh(64, 1).weights();
  const largest = Math.max(...[...weight, ...bias].map(Math.abs));
  expect(largest).toBeLessThanOrEqual(1 / 8);
  expect(largest).toBeGreaterThan(1 / 16);
  expect(await ValueHead.fresh(64, 1).weights()).toEqual({ weight, bias });
  expect((await ValueHead.fresh(64, 2).weights()).weight).not.toEqual(weight);
});

test("frees its two variables", () => {
  const before = tf.memory().numTensors;
  ValueHead.fresh(8, 1).dispose();
  expect(tf.memory().numTensors).toBe(before);
});
