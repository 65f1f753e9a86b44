import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import { startBackend } from "../backend";
import { clipFactor, globalNorm } from "./clip";

beforeAll(() => startBackend("cpu"));

test("the norm is that of all gradients together", async () => {
  const gradients = new Map<string, tf.Tensor>([
    ["a", tf.tensor1d([3, 0])],
    ["b", tf.tensor2d([[4], [12]])],
  ]);
  expect(await globalNorm(gradients)).toBeCloseTo(13, 5);
  expect(await globalNorm(new Map())).toBe(0);
});

test("clips by PyTorch's rule, and only what is too large", () => {
  expect(clipFactor(2, 1)).toBe(1 / (2 + 1e-6));
  expect(clipFactor(0.5, 1)).toBe(1);
  expect(clipFactor(1e9, null)).toBe(1);
});

test("refuses a norm that is not finite", async () => {
  await expect(globalNorm(new Map([["a", tf.tensor1d([1, Infinity])]]))).rejects.toThrow(
    "the gradient's norm is Infinity; lower the learning rate",
  );
});
