/** The gradient of a trainable weight: a product over the rows. */
import type * as tf from "@tensorflow/tfjs-core";
import { normal } from "./example";
import { defineKernel } from "./kernel";
import { runMatMul } from "./mat-mul";
import { transposedTimes } from "./product";

interface WeightGradient extends Record<string, tf.Tensor | undefined> {
  readonly x: tf.Tensor2D; // [n, in]
  readonly dy: tf.Tensor2D; // [n, out]
}

/** dW = xᵀ·dy. → [in, out] */
export const weightGradient = defineKernel<WeightGradient, object, [tf.Tensor2D]>({
  name: "weightGradient",
  plain: ({ x, dy }) => [transposedTimes(x, dy)],
  webgpu: (gpu, { x, dy }) => runMatMul(gpu, { layout: "atb", a: x, b: dy }),
  examples: () => [example([1, 32, 96]), example([35, 68, 64]), example([17, 67, 70])],
});

function example([n, fanIn, fanOut]: readonly [n: number, fanIn: number, fanOut: number]) {
  return {
    title: `${n} rows, ${fanIn} × ${fanOut}`,
    inputs: { x: normal("x", [n, fanIn]), dy: normal("dy", [n, fanOut]) },
    attributes: {},
  };
}
