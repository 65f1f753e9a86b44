/** A product with a narrow matrix: what an adapter makes of its input, s·x·Aᵀ, and of its output's gradient, s·dy·B. */
import * as tf from "@tensorflow/tfjs-core";
import { normal } from "./example";
import { defineKernel } from "./kernel";
import { times, timesTransposed } from "./product";
import type { Shader } from "../webgpu/shader";

interface LowRank extends Record<string, tf.Tensor | undefined> {
  readonly x: tf.Tensor2D; // [n, width]
  readonly factor: tf.Tensor2D; // [width, rank], or [rank, width] if transposed
}

interface Attributes {
  readonly scaling: number;
  readonly transposed: boolean;
}

/** s·x·F, or s·x·Fᵀ if transposed. → [n, rank] */
export const lowRank = defineKernel<LowRank, Attributes, [tf.Tensor2D]>({
  name: "lowRank",
  plain: ({ x, factor }, { scaling, transposed }) => {
    const product = transposed ? timesTransposed(x, factor) : times(x, factor);
    return [tf.mul(product, scaling)];
  },
  webgpu: (gpu, { x, factor }, { scaling, transposed }) => {
    const [rows, width] = x.shape;
    const rank = factor.shape[transposed ? 0 : 1];
    const strides = transposed
      ? { column_stride: 1, rank_stride: width }
      : { column_stride: rank, rank_stride: 1 };
    const y = gpu.empty([rows, rank]);
    gpu.run(LOW_RANK, {
      inputs: [x, factor],
      outputs: [y],
      uniforms: { width, rank, scaling, ...strides },
      groups: [rows],
    });
    return [y];
  },
  examples: () => [
    example([1, 32, 2], true),
    example([3, 768, 4], true),
    example([5, 100, 5], false),
    example([2, 300, 16], false),
  ],
});

function example(
  [n, width, rank]: readonly [n: number, width: number, rank: number],
  transposed: boolean,
) {
  return {
    title: `${n} rows of ${width} to rank ${rank}${transposed ? ", transposed" : ""}`,
    inputs: {
      x: normal("x", [n, width]),
      factor: normal("factor", transposed ? [rank, width] : [width, rank]),
    },
    attributes: { scaling: 0.5, transposed },
  };
}

const LANES = 128;

/** A workgroup a row, four columns of the factor at a time. */
const LOW_RANK: Shader = {
  name: "lowRank",
  inputs: { x: "f32", factor: "f32" },
  outputs: { y: "f32" },
  uniforms: {
    width: "u32",
    rank: "u32",
    scaling: "f32",
    column_stride: "u32",
    rank_stride: "u32",
  },
  workgroup: [LANES, 1, 1],
  declarations: `var<workgroup> partial : array<vec4<f32>, ${LANES}>;`,
  main: `
  let start = group.x * uniforms.width;
  let by = uniforms.rank_stride;
  for (var first = 0u; first < uniforms.rank; first += 4u) {
    var sum = vec4<f32>(0.0);
    for (var i = lane; i < uniforms.width; i += ${LANES}u) {
      let at = i * uniforms.column_stride + first * by;
      sum += x[start + i] * vec4<f32>(factor[at], factor[at + by], factor[at + 2u * by], factor[at + 3u * by]);
    }
    workgroupBarrier(); // the last four have been read
    partial[lane] = sum;
    for (var step = ${LANES / 2}u; step > 0u; step >>= 1u) {
      workgroupBarrier();
      if (lane < step) { partial[lane] += partial[lane + step]; }
    }
    workgroupBarrier();
    if (lane < min(4u, uniforms.rank - first)) {
      y[group.x * uniforms.rank + first + lane] = uniforms.scaling * partial[0][lane];
    }
  }`,
};
