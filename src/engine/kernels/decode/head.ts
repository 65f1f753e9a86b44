/** From the last states of a few rows to their next-token logits: the final layer norm and the tied head. */
import type * as tf from "@tensorflow/tfjs-core";
import { groupsFor } from "../../webgpu/gpu";
import type { Shader } from "../../webgpu/shader";
import { normal } from "../example";
import { defineKernel } from "../kernel";
import { project } from "../project";
import { exampleNorm } from "./examples";
import { inFours, normalised } from "./plain";
import { LANES, rowProduct, rowValues, TILE_COLUMNS, TILE_ROWS } from "./tile";

interface Head extends Record<string, tf.Tensor | undefined> {
  readonly x: tf.Tensor2D; // [live, width]
  readonly norm: tf.Tensor2D; // [2, width]: gain, bias
  readonly weight: tf.Tensor2D; // wte, [vocabulary, width]
  /** wteᵀ where it is kept: on wasm, which multiplies by a transposed matrix ten times slower. */
  readonly transposed: tf.Tensor2D | undefined;
}

/** logits = LN(x)·wteᵀ. → [live, vocabulary] */
export const headLogits = defineKernel<Head, { epsilon: number }, [tf.Tensor2D]>({
  name: "decodeHead",
  plain: ({ x, norm, weight, transposed }, { epsilon }) => [
    inFours(normalised(x, norm, epsilon), (rows) => project(rows, weight, transposed ?? null)),
  ],
  wasm: (simd, { x, norm, weight }, { epsilon }) => {
    const [rows, width] = x.shape;
    if (!simd.multiplies(width)) return null;
    const unit = simd.layerNorm(x, norm, epsilon);
    const logits = simd.filled([rows, weight.shape[0]], {});
    simd.addProduct(logits, unit, weight, "abt");
    simd.dispose(unit);
    return [logits];
  },
  webgpu: (gpu, { x, norm, weight }, { epsilon }) => {
    const [rows, width] = x.shape;
    const columns = weight.shape[0];
    const logits = gpu.empty([rows, columns]);
    gpu.run(SHADER, {
      inputs: [x, norm, weight],
      outputs: [logits],
      uniforms: { rows, width, columns, epsilon },
      groups: [groupsFor(columns, TILE_COLUMNS), groupsFor(rows, TILE_ROWS)],
    });
    return [logits];
  },
  examples: () =>
    (
      [
        [1, 32, 101],
        [9, 300, 64],
        [3, 768, 33],
      ] as const
    ).map(([rows, width, vocabulary]) => ({
      title: `${rows} × ${width} to ${vocabulary} tokens`,
      inputs: {
        x: normal("x", [rows, width]),
        norm: exampleNorm(width),
        weight: normal("weight", [vocabulary, width], 1 / Math.sqrt(width)),
      },
      attributes: { epsilon: 1e-5 },
    })),
});

const SHADER: Shader = {
  name: "decodeHead",
  inputs: { x: "f32", norm: "f32", weight: "vec4<f32>" },
  outputs: { logits: "f32" },
  uniforms: { rows: "u32", width: "u32", columns: "u32", epsilon: "f32" },
  workgroup: [LANES, 1, 1],
  declarations: `${rowValues(true)}\n${rowProduct()}`,
  main: `
  let tile = ${TILE_ROWS}u * group.y;
  let first = ${TILE_COLUMNS}u * group.x;
  measure(tile, lane);
  multiply_weight(tile, lane, first, uniforms.columns);
  let value = settle(lane);
  let row = tile + lane / ${TILE_COLUMNS}u;
  let column = first + lane % ${TILE_COLUMNS}u;
  if (row < uniforms.rows && column < uniforms.columns) {
    logits[row * uniforms.columns + column] = value;
  }`,
};
