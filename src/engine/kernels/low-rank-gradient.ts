/** The gradients of an adapter's factors: dA = (s·dy·B)ᵀ·x and dB = dyᵀ·(s·x·Aᵀ), sums over the rows. */
import * as tf from "@tensorflow/tfjs-core";
import { normal } from "./example";
import { defineKernel } from "./kernel";
import { transposedTimes } from "./product";
import { groupsFor } from "../webgpu/gpu";
import type { Shader } from "../webgpu/shader";

interface LowRankGradient extends Record<string, tf.Tensor | undefined> {
  readonly wide: tf.Tensor2D; // [n, width]
  readonly low: tf.Tensor2D; // [n, rank]
}

/** wideᵀ·low, [width, rank], or its transpose, [rank, width]. */
export const lowRankGradient = defineKernel<
  LowRankGradient,
  { transposed: boolean },
  [tf.Tensor2D]
>({
  name: "lowRankGradient",
  // The narrow matrix is the cheap one to transpose.
  plain: ({ wide, low }, { transposed }) => {
    const gradient = transposedTimes(low, wide);
    return [transposed ? gradient : tf.transpose(gradient)];
  },
  webgpu: (gpu, { wide, low }, { transposed }) => {
    const [rows, width] = wide.shape;
    const rank = low.shape[1];
    const strides = transposed
      ? { column_stride: 1, rank_stride: width }
      : { column_stride: rank, rank_stride: 1 };
    const gradient = gpu.empty(transposed ? [rank, width] : [width, rank]);
    gpu.run(GRADIENT, {
      inputs: [wide, low],
      outputs: [gradient],
      uniforms: { rows, width, rank, ...strides },
      groups: [groupsFor(width, COLUMNS), groupsFor(rank, 4)],
    });
    return [gradient];
  },
  examples: () => [
    example([1, 32, 2], true),
    example([9, 96, 4], false),
    example([67, 100, 5], true),
    example([40, 33, 16], false),
  ],
});

function example(
  [n, width, rank]: readonly [n: number, width: number, rank: number],
  transposed: boolean,
) {
  return {
    title: `${n} rows, ${width} by rank ${rank}${transposed ? ", transposed" : ""}`,
    inputs: { wide: normal("wide", [n, width]), low: normal("low", [n, rank]) },
    attributes: { transposed },
  };
}

const COLUMNS = 32;
const SLICES = 8;

/** A workgroup has 32 columns and 4 ranks; its lanes share the rows in 8 slices, added up in a fixed order. */
const GRADIENT: Shader = {
  name: "lowRankGradient",
  inputs: { wide: "f32", low: "f32" },
  outputs: { gradient: "f32" },
  uniforms: {
    rows: "u32",
    width: "u32",
    rank: "u32",
    column_stride: "u32",
    rank_stride: "u32",
  },
  workgroup: [COLUMNS * SLICES, 1, 1],
  declarations: `var<workgroup> partial : array<vec4<f32>, ${COLUMNS * SLICES}>;`,
  main: `
  let column = group.x * ${COLUMNS}u + lane % ${COLUMNS}u;
  let first = group.y * 4u;
  var sum = vec4<f32>(0.0);
  if (column < uniforms.width) {
    for (var row = lane / ${COLUMNS}u; row < uniforms.rows; row += ${SLICES}u) {
      let at = row * uniforms.rank + first;
      sum += wide[row * uniforms.width + column] * vec4<f32>(low[at], low[at + 1u], low[at + 2u], low[at + 3u]);
    }
  }
  partial[lane] = sum;
  workgroupBarrier();
  if (lane >= ${COLUMNS}u || column >= uniforms.width) { return; }
  for (var slice = 1u; slice < ${SLICES}u; slice++) { sum += partial[slice * ${COLUMNS}u + lane]; }
  for (var i = 0u; i < min(4u, uniforms.rank - first); i++) {
    gradient[column * uniforms.column_stride + (first + i) * uniforms.rank_stride] = sum[i];
  }`,
};
