import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { startBackend } from "../backend";
import { gelu } from "./gelu";

const wasmPath = `${process.cwd()}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`;
const points = [-30, -6, -3, -1, -0.5, 0, 1e-4, 0.5, 1, 3, 6, 30];
const exact = (x: number) =>
  0.5 * x * (1 + Math.tanh(Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3)));

describe.each(["cpu", "wasm"] as const)("on %s", (backend) => {
  beforeAll(() => startBackend(backend, { wasmPath }));

  test("is the tanh formula, also where tanh is flat", () => {
    expect(gelu(tf.tensor1d(points)).dataSync()).toBeAllClose(points.map(exact));
  });

  test("has the formula's slope", () => {
    const h = 1e-5;
    const slopes = points.map((x) => (exact(x + h) - exact(x - h)) / (2 * h));
    const gradient = tf.grad((x) => tf.sum(gelu(x)))(tf.tensor1d(points));
    expect(gradient.dataSync()).toBeAllClose(slopes, { rtol: 1e-5, atol: 1e-5 });
  });
});
