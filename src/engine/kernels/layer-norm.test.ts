import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, describe, expect, test } from "vitest";
import { startBackend } from "../backend";
import { layerNorm } from "./layer-norm";

const wasmPath = `${process.cwd()}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`;
const EPSILON = 1e-5;
const x = () => tf.tensor2d([1, -2, 3, 0.5, 4, -1, 2, 7], [2, 4]);
const dy = () => tf.tensor2d([1, 2, -3, 4, 0.5, -1, 2, 0.25], [2, 4]);

function plain(x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor): tf.Tensor {
  const { mean, variance } = tf.moments(x, 1, true);
  const normal = tf.div(tf.sub(x, mean), tf.sqrt(tf.add(variance, EPSILON)));
  return tf.add(tf.mul(normal, gain), bias);
}

describe.each(["cpu", "wasm"] as const)("on %s", (backend) => {
  beforeAll(() => startBackend(backend, { wasmPath }));

  test.each([true, false])(
    "agrees with the formula and its gradients, trainable %s",
    (trainable) => {
      const gain = tf.variable(tf.tensor1d([1, 0.5, -2, 1.5]), trainable);
      const bias = tf.variable(tf.tensor1d([0, 1, 2, 3]), trainable);
      const by = trainable ? [x(), gain, bias] : [x()];
      const input = by[0] as tf.Tensor2D;
      const actual = tf.engine().gradients(() => layerNorm(input, gain, bias, EPSILON), by, dy());
      const expected = tf.engine().gradients(() => plain(input, gain, bias), by, dy());
      expect(actual.value.dataSync()).toBeAllClose(expected.value.dataSync(), { atol: 1e-5 });
      actual.grads.forEach((gradient, i) => {
        expect(gradient.dataSync()).toBeAllClose(expected.grads[i]!.dataSync(), { atol: 1e-5 });
      });
    },
  );

  test("a constant row becomes the bias", () => {
    const gain = tf.ones<tf.Rank.R1>([4]);
    const bias = tf.tensor1d([0, 1, 2, 3]);
    const y = layerNorm(tf.fill<tf.Rank.R2>([1, 4], 5), gain, bias, EPSILON);
    expect(y.dataSync()).toBeAllClose([0, 1, 2, 3]);
  });
});
