import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { backends, expectNoGpuErrors, useBackend } from "../../../../tests/backends";
import { normal, toTensor } from "../example";
import { custom } from "../custom";
import { attentionBackward } from "./backward";
import { attentionForward, type AttentionShape } from "./forward";
import { headTile } from "./tile";

afterEach(expectNoGpuErrors);

const shape = { batch: 2, length: 21, heads: 3 };
const headWidth = 12;
const width = shape.heads * headWidth;
const rows = shape.batch * shape.length;
const qkv = normal("attention", [rows, 3 * width], 1.5);
const dy = normal("attention dy", [rows, width]);

/** The kernels as an op that tfjs can differentiate. */
function causalSelfAttention(qkv: tf.Tensor2D, shape: AttentionShape): tf.Tensor2D {
  return custom<tf.Tensor2D>([qkv], () => {
    const [value, logSumExp] = attentionForward({ qkv }, shape);
    return {
      value,
      saved: [value, logSumExp],
      gradients: (dy, [y, saved]) =>
        attentionBackward({ dy, qkv, y: y as tf.Tensor2D, logSumExp: saved as tf.Tensor1D }, shape),
    };
  });
}

/** The definition in float64: y, and the gradient by central differences of Σ dy∘y is left to tfjs. */
function reference(values: ArrayLike<number>, { batch, length, heads }: AttentionShape): number[] {
  const y = new Array<number>(rows * width).fill(0);
  const at = (row: number, part: number, head: number, d: number) =>
    values[row * 3 * width + part * width + head * headWidth + d]!;
  for (let item = 0; item < batch; item++) {
    for (let head = 0; head < heads; head++) {
      for (let i = 0; i < length; i++) {
        const row = item * length + i;
        const scores = Array.from({ length: i + 1 }, (_, j) => {
          let score = 0;
          for (let d = 0; d < headWidth; d++) {
            score += at(row, 0, head, d) * at(item * length + j, 1, head, d);
          }
          return Math.exp(score / Math.sqrt(headWidth));
        });
        const sum = scores.reduce((a, b) => a + b, 0);
        scores.forEach((score, j) => {
          for (let d = 0; d < headWidth; d++) {
            y[row * width + head * headWidth + d]! +=
              (score / sum) * at(item * length + j, 2, head, d);
          }
        });
      }
    }
  }
  return y;
}

/** The textbook's formulation, whose gradient tfjs derives. */
function textbook(x: tf.Tensor2D, { batch, length, heads }: AttentionShape): tf.Tensor2D {
  const [q, k, v] = tf
    .split(x, 3, 1)
    .map((part) => tf.transpose(tf.reshape(part, [batch, length, heads, headWidth]), [0, 2, 1, 3]));
  const scores = tf.div(tf.matMul(q!, k!, false, true), Math.sqrt(headWidth));
  const visible = tf.linalg.bandPart(tf.ones([length, length]), -1, 0);
  const masked = tf.add(scores, tf.mul(tf.sub(visible, 1), 1e9));
  const y = tf.transpose(tf.matMul(tf.softmax(masked), v!), [0, 2, 1, 3]);
  return tf.reshape(y, [batch * length, width]);
}

describe.each(backends)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  test("each query weighs the keys up to its own by the softmax of their scores", async () => {
    const y = tf.tidy(() => causalSelfAttention(toTensor(qkv) as tf.Tensor2D, shape));
    expect(await y.data()).toBeAllClose(reference(qkv.values, shape), { atol: 1e-5 });
  });

  test("the gradient is that which tfjs derives of the textbook's formulation", async () => {
    const gradientOf = (f: (x: tf.Tensor2D, shape: AttentionShape) => tf.Tensor2D) =>
      tf.tidy(() =>
        tf.grad((x) => f(x as tf.Tensor2D, shape))(toTensor(qkv), toTensor(dy) as tf.Tensor2D),
      );
    const actual = Float32Array.from(await gradientOf(causalSelfAttention).data());
    await useBackend("cpu");
    const expected = await gradientOf(textbook).data();
    await useBackend(backend);
    expect(actual).toBeAllClose(expected, { atol: 2e-5 });
  });

  test("scores of hundreds neither overflow nor vanish", async () => {
    const extreme = { ...qkv, values: qkv.values.map((x) => 20 * x) };
    const y = tf.tidy(() => causalSelfAttention(toTensor(extreme) as tf.Tensor2D, shape));
    expect([...(await y.data())].every(Number.isFinite)).toBe(true);
  });

  test("a run repeats bit for bit", async () => {
    const run = () =>
      tf.tidy(() =>
        tf.grad((x) => causalSelfAttention(x as tf.Tensor2D, shape))(
          toTensor(qkv),
          toTensor(dy) as tf.Tensor2D,
        ),
      );
    expect(await run().data()).toEqual(await run().data());
  });
});

test("refuses heads that workgroup memory cannot hold", () => {
  expect(() => headTile(129)).toThrow(
    "attention heads are 129 wide; on webgpu they may be at most 128",
  );
});
