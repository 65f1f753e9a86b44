import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { startBackend } from "../backend";
import { linear, project } from "./linear";

const wasmPath = `${process.cwd()}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`;
const x = () => tf.tensor2d([1, -2, 3, 0.5, 4, -1], [2, 3]);
const weights = [0.1, 0.2, -0.3, 0.4, 0.5, -0.6, 0.7, 0.8, 0.9, -1, 1.1, 1.2];
const dy = () => tf.tensor2d([1, 2, -3, 4, 0.5, -1, 2, 0.25], [2, 4]);

describe.each(["cpu", "wasm"] as const)("on %s", (backend) => {
  beforeAll(() => startBackend(backend, { wasmPath }));

  test.each([true, false])("linear is x·W + b with tfjs's gradients, trainable %s", (trainable) => {
    const w = tf.variable(tf.tensor2d(weights, [3, 4]), trainable);
    const b = tf.variable(tf.tensor1d([1, 2, 3, 4]), trainable);
    const by = trainable ? [x(), w, b] : [x()];
    const own = (input: tf.Tensor) => linear(input as tf.Tensor2D, w, b);
    const plain = (input: tf.Tensor) => tf.add(tf.matMul(input as tf.Tensor2D, w), b);
    expectSame(own, plain, by, dy());
  });

  test.each([true, false])("project is x·Wᵀ with tfjs's gradients, trainable %s", (trainable) => {
    const w = tf.variable(tf.tensor2d(weights, [4, 3]), trainable);
    const by = trainable ? [x(), w] : [x()];
    const own = (input: tf.Tensor) => project(input as tf.Tensor2D, w);
    const plain = (input: tf.Tensor) => tf.matMul(input, w, false, true);
    expectSame(own, plain, by, dy());
  });

  test("project uses a transpose that the caller keeps", () => {
    const w = tf.tensor2d(weights, [4, 3]);
    const kept = tf.transpose<tf.Tensor2D>(w);
    const own = (input: tf.Tensor) => project(input as tf.Tensor2D, w, kept);
    const plain = (input: tf.Tensor) => tf.matMul(input, w, false, true);
    expectSame(own, plain, [x()], dy());
  });

  test("a frozen weight gets no gradient", () => {
    const w = tf.variable(tf.tensor2d(weights, [3, 4]), false);
    const b = tf.variable(tf.zeros<tf.Rank.R1>([4]), false);
    const f = () => tf.sum<tf.Scalar>(linear(x(), w, b));
    expect(() => tf.variableGrads(f, [w])).toThrow();
  });

  test("leaks no tensors", () => {
    const w = tf.variable(tf.tensor2d(weights, [3, 4]));
    const b = tf.variable(tf.zeros<tf.Rank.R1>([4]));
    const input = x();
    const before = tf.memory().numTensors;
    const { value, grads } = tf.variableGrads(
      () => tf.sum<tf.Scalar>(project(linear(input, w, b), w)),
      [w, b],
    );
    tf.dispose([value, ...Object.values(grads)]);
    expect(tf.memory().numTensors).toBe(before);
  });
});

type Op = (x: tf.Tensor) => tf.Tensor;

function expectSame(own: Op, plain: Op, by: tf.Tensor[], start: tf.Tensor): void {
  const run = (op: Op) => tf.engine().gradients(() => op(by[0]!), by, start);
  const actual = run(own);
  const expected = run(plain);
  expect(actual.value.dataSync()).toBeAllClose(expected.value.dataSync());
  actual.grads.forEach((gradient, i) => {
    expect(gradient.shape).toEqual(by[i]!.shape);
    expect(gradient.dataSync()).toBeAllClose(expected.grads[i]!.dataSync());
  });
}
