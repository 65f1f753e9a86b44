/** The way back into the residual stream of one new token a row: attention's and the MLP's c_proj. */
import * as tf from "@tensorflow/tfjs-core";
import { normal } from "../example";
import { defineKernel } from "../kernel";
import { PROJECTION_SIZES, projectionInputs, titleOf } from "./examples";
import { affine } from "./plain";
import { projectionShaders, runProjection } from "./projection";
import { affine as simdAffine } from "./simd";

interface AddProjection extends Record<string, tf.Tensor | undefined> {
  readonly x: tf.Tensor2D; // [live, inner]
  readonly residual: tf.Tensor2D; // [live, width]
  readonly weight: tf.Tensor2D; // [inner, width]
  readonly bias: tf.Tensor1D;
  readonly lora: tf.Tensor2D | undefined;
}

/** y = residual + x·W + b [+ adapter]. → [live, width] */
export const addProjection = defineKernel<AddProjection, object, [tf.Tensor2D]>({
  name: "decodeAddProjection",
  plain: ({ x, residual, ...map }) => [tf.add(residual, affine(x, map))],
  wasm: (simd, { x, residual, ...map }) =>
    simd.multiplies() ? [simdAffine(simd, x, map, residual)] : null,
  webgpu: (gpu, { residual, ...operands }) => {
    const y = gpu.empty(residual.shape);
    runProjection(gpu, SHADERS, operands, { inputs: [residual], outputs: [y] });
    return [y];
  },
  examples: () =>
    PROJECTION_SIZES.map((size) => ({
      title: titleOf(size),
      inputs: {
        ...projectionInputs(size),
        residual: normal("residual", [size.rows, size.columns]),
      },
      attributes: {},
    })),
});

const SHADERS = projectionShaders({
  name: "decodeAddProjection",
  normalised: false,
  inputs: { residual: "f32" },
  outputs: { y: "f32" },
  finish: `
  let i = row * uniforms.columns + column;
  y[i] = residual[i] + value;`,
});
