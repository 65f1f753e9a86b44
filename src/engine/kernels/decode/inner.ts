/** The MLP's inner layer for one new token a row: layer norm, c_fc and GELU. */
import type * as tf from "@tensorflow/tfjs-core";
import { groupsFor } from "../../webgpu/gpu";
import { gelu } from "../gelu";
import { defineKernel } from "../kernel";
import { exampleNorm, PROJECTION_SIZES, projectionInputs, titleOf } from "./examples";
import { affine, normalised } from "./plain";
import { projectionShaders } from "./projection";
import { TILE_COLUMNS, TILE_ROWS } from "./tile";

interface InnerLayer extends Record<string, tf.Tensor | undefined> {
  readonly x: tf.Tensor2D; // [live, width]
  readonly norm: tf.Tensor2D; // [2, width]: gain, bias
  readonly weight: tf.Tensor2D; // [width, inner]
  readonly bias: tf.Tensor1D;
  readonly lora: tf.Tensor2D | undefined;
}

/** y = GELU(LN(x)·W + b [+ adapter]). → [live, inner] */
export const innerLayer = defineKernel<InnerLayer, { epsilon: number }, [tf.Tensor2D]>({
  name: "decodeInnerLayer",
  plain: ({ x, norm, ...map }, { epsilon }) => [gelu(affine(normalised(x, norm, epsilon), map))],
  webgpu: (gpu, { x, norm, weight, bias, lora }, { epsilon }) => {
    const [rows, width] = x.shape;
    const columns = weight.shape[1];
    const y = gpu.empty([rows, columns]);
    gpu.run(lora ? SHADERS.adapted : SHADERS.plain, {
      inputs: [x, norm, weight, bias, ...(lora ? [lora] : [])],
      outputs: [y],
      uniforms: { rows, width, columns, epsilon, rank: lora?.shape[1] ?? 0 },
      groups: [groupsFor(columns, TILE_COLUMNS), groupsFor(rows, TILE_ROWS)],
    });
    return [y];
  },
  examples: () =>
    PROJECTION_SIZES.map((size) => ({
      title: titleOf(size),
      inputs: { ...projectionInputs(size), norm: exampleNorm(size.width) },
      attributes: { epsilon: 1e-5 },
    })),
});

/** x·σ(2√(2/π)(x + 0.044715x³)): GPT-2's GELU, see gelu.ts. */
const SHADERS = projectionShaders({
  name: "decodeInnerLayer",
  normalised: true,
  outputs: { y: "f32" },
  finish: `
  let u = ${2 * Math.sqrt(2 / Math.PI)} * value * (1.0 + 0.044715 * value * value);
  y[row * uniforms.columns + column] = value / (1.0 + exp(-clamp(u, -80.0, 80.0)));`,
});
