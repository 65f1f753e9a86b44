/** The MLP's inner layer for one new token a row: layer norm, c_fc and GELU. */
import type * as tf from "@tensorflow/tfjs-core";
import { CUBIC, gelu, SLOPE } from "../gelu";
import { defineKernel } from "../kernel";
import { exampleNorm, PROJECTION_SIZES, projectionInputs, titleOf } from "./examples";
import { affine, normalised } from "./plain";
import { projectionShaders, runProjection } from "./projection";
import { affine as simdAffine } from "./simd";

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
  wasm: (simd, { x, norm, ...map }, { epsilon }) => {
    if (!simd.multiplies(...map.weight.shape)) return null;
    const unit = simd.layerNorm(x, norm, epsilon);
    const inner = simdAffine(simd, unit, map);
    const y = simd.gelu(inner);
    simd.dispose(unit, inner);
    return [y];
  },
  webgpu: (gpu, operands, { epsilon }) => {
    const y = gpu.empty([operands.x.shape[0], operands.weight.shape[1]]);
    runProjection(gpu, SHADERS, operands, { outputs: [y], uniforms: { epsilon } });
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
  let u = ${SLOPE} * value * (1.0 + ${CUBIC} * value * value);
  y[row * uniforms.columns + column] = value / (1.0 + exp(-clamp(u, -80.0, 80.0)));`,
});
