/** The way back into the residual stream of one new token a row: attention's and the MLP's c_proj. */
import * as tf from "@tensorflow/tfjs-core";
import { groupsFor } from "../../webgpu/gpu";
import { normal } from "../example";
import { defineKernel } from "../kernel";
import { PROJECTION_SIZES, projectionInputs, titleOf } from "./examples";
import { affine } from "./plain";
import { projectionShaders } from "./projection";
import { TILE_COLUMNS, TILE_ROWS } from "./tile";

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
  webgpu: (gpu, { x, residual, weight, bias, lora }) => {
    const [rows, width] = x.shape;
    const columns = weight.shape[1];
    const y = gpu.empty([rows, columns]);
    gpu.run(lora ? SHADERS.adapted : SHADERS.plain, {
      inputs: [x, weight, bias, ...(lora ? [lora] : []), residual],
      outputs: [y],
      uniforms: { rows, width, columns, rank: lora?.shape[1] ?? 0 },
      groups: [groupsFor(columns, TILE_COLUMNS), groupsFor(rows, TILE_ROWS)],
    });
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
