import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { backends, expectNoGpuErrors, useBackend } from "../../../tests/backends";
import { linear } from "../../../tests/fixtures/linear-op";
import { project } from "./project";

const x = () => tf.tensor2d([1, -2, 3, 0.5, 4, -1], [2, 3]);
const weights = [0.1, 0.2, -0.3, 0.4, 0.5, -0.6, 0.7, 0.8, 0.9, -1, 1.1, 1.2];
const dy = () => tf.tensor2d([1, 2, -3, 4, 0.5, -1, 2, 0.25], [2, 4]);

afterEach(expectNoGpuErrors);

describe.each(backends)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  test.each([true, false])(
    "linear is x·W + b with tfjs's gradients, trainable %s",
    async (trainable) => {
      const w = tf.variable(tf.tensor2d(weights, [3, 4]), trainable);
      const b = tf.variable(tf.tensor1d([1, 2, 3, 4]), trainable);
      const by = trainable ? [x(), w, b] : [x()];
      const own = (input: tf.Tensor) => linear(input as tf.Tensor2D, w, b);
      const plain = (input: tf.Tensor) => tf.add(tf.matMul(input as tf.Tensor2D, w), b);
      await expectSame(own, plain, by, dy());
    },
  );

  test.each([
    [1, false],
    [2, true],
    [5, false],
  ])("an adapter of rank %i and a residual are added, with dropout %s", async (rank, dropout) => {
    const w = tf.tensor2d(weights, [3, 4]);
    const b = tf.tensor1d([1, 2, 3, 4]);
    const { a, b: up, mask } = adapterOf(rank, [3, 4], dropout);
    const adapter = { a, b: up, scaling: 0.5, mask: mask && (() => mask.clone()) };
    const own = (x: tf.Tensor, residual: tf.Tensor) =>
      linear(x as tf.Tensor2D, w, b, { adapter, residual: residual as tf.Tensor2D });
    const plain = (x: tf.Tensor, residual: tf.Tensor) =>
      tf.add(tf.add(tf.matMul(x, w), b), tf.add(residual, lowRank(x, a, up, mask)));
    await expectSame(own, plain, [x(), tf.mul(dy(), 3), a, up], dy());
  });

  test.each([true, false])(
    "project is x·Wᵀ with tfjs's gradients, trainable %s",
    async (trainable) => {
      const w = tf.variable(tf.tensor2d(weights, [4, 3]), trainable);
      const by = trainable ? [x(), w] : [x()];
      const own = (input: tf.Tensor) => project(input as tf.Tensor2D, w);
      const plain = (input: tf.Tensor) => tf.matMul(input, w, false, true);
      await expectSame(own, plain, by, dy());
    },
  );

  test("project uses a transpose that the caller keeps", async () => {
    const w = tf.tensor2d(weights, [4, 3]);
    const kept = tf.transpose<tf.Tensor2D>(w);
    const own = (input: tf.Tensor) => project(input as tf.Tensor2D, w, kept);
    const plain = (input: tf.Tensor) => tf.matMul(input, w, false, true);
    await expectSame(own, plain, [x()], dy());
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

function adapterOf(rank: number, [fanIn, fanOut]: readonly [number, number], dropout: boolean) {
  const draw = (shape: [number, number], seed: number) =>
    tf.randomNormal<tf.Rank.R2>(shape, 0, 1, "float32", seed);
  return {
    a: draw([rank, fanIn], 1),
    b: draw([fanOut, rank], 2),
    mask: dropout ? tf.tile(tf.tensor2d([[2, 0, 2, 0].slice(0, fanIn)]), [2, 1]) : null,
  };
}

function lowRank(x: tf.Tensor, a: tf.Tensor2D, b: tf.Tensor2D, mask: tf.Tensor | null): tf.Tensor {
  const dropped = mask ? tf.mul(x, mask) : x;
  const up = tf.matMul(tf.matMul(dropped, a, false, true), b, false, true);
  return tf.mul(up, 0.5);
}

type Op = (x: tf.Tensor, residual: tf.Tensor) => tf.Tensor;

async function expectSame(own: Op, plain: Op, by: tf.Tensor[], start: tf.Tensor): Promise<void> {
  const run = (op: Op) => tf.engine().gradients(() => op(by[0]!, by[1]!), by, start);
  const actual = run(own);
  const expected = run(plain);
  const close = async (a: tf.Tensor, b: tf.Tensor) =>
    expect(await a.data()).toBeAllClose(await b.data(), { rtol: 1e-4, atol: 1e-5 });
  await close(actual.value, expected.value);
  for (const [i, gradient] of actual.grads.entries()) {
    expect(gradient.shape).toEqual(by[i]!.shape);
    await close(gradient, expected.grads[i]!);
  }
}
