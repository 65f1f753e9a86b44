/** Layer normalisation, backward. */
import * as tf from "@tensorflow/tfjs-core";
import { reductions } from "../webgpu/reduce";
import type { Shader } from "../webgpu/shader";
import { normal } from "./example";
import { defineKernel } from "./kernel";

interface Backward extends Record<string, tf.Tensor | undefined> {
  readonly dy: tf.Tensor2D;
  readonly x: tf.Tensor2D;
  readonly gain: tf.Tensor1D;
  readonly moments: tf.Tensor2D;
  /** What reaches x past the norm, [n, d], added in the same pass. */
  readonly residual?: tf.Tensor2D | undefined;
}

/** With g = dy·gain and z the normalised x: dx = (g − mean(g) − z·mean(g·z))/√(var + ε) [+ residual]. → [n, d] */
export const layerNormBackward = defineKernel<Backward, object, [tf.Tensor2D]>({
  name: "layerNormBackward",
  plain: ({ dy, x, gain, moments, residual }) => {
    const z = normalised(x, moments);
    const g = tf.mul(dy, gain);
    const along = tf.mul(z, tf.mean(tf.mul(g, z), 1, true));
    const dx = tf.mul<tf.Tensor2D>(scaleOf(moments), tf.sub(tf.sub(g, tf.mean(g, 1, true)), along));
    return [residual ? tf.add(dx, residual) : dx];
  },
  webgpu: (gpu, { dy, x, gain, moments, residual }) => {
    const [rows, width] = x.shape;
    const dx = gpu.empty([rows, width]);
    gpu.run(residual ? SHADERS.fork : SHADERS.plain, {
      inputs: [dy, x, gain, moments, ...(residual ? [residual] : [])],
      outputs: [dx],
      uniforms: { width },
      groups: [rows],
    });
    return [dx];
  },
  examples: () =>
    [64, 100, 768].map((width) => ({
      title: `3 rows of ${width}${width === 100 ? " with a residual" : ""}`,
      inputs: {
        dy: normal("dy", [3, width]),
        x: normal("x", [3, width], 3),
        gain: normal("gain", [width]),
        moments: { shape: [3, 2], values: Float32Array.of(0.1, 0.3, -0.2, 0.4, 0, 0.35) },
        residual: width === 100 ? normal("residual", [3, width]) : undefined,
      },
      attributes: {},
    })),
});

/** The gradients of gain and bias. */
export function normGradients({
  dy,
  x,
  moments,
}: Pick<Backward, "dy" | "x" | "moments">): [gain: tf.Tensor, bias: tf.Tensor] {
  return [tf.sum(tf.mul(dy, normalised(x, moments)), 0), tf.sum(dy, 0)];
}

/** z = (x − mean)/√(var + ε). */
function normalised(x: tf.Tensor2D, moments: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => tf.mul(tf.sub(x, tf.slice(moments, [0, 0], [-1, 1])), scaleOf(moments)));
}

function scaleOf(moments: tf.Tensor2D): tf.Tensor2D {
  return tf.slice(moments, [0, 1], [-1, 1]);
}

/** A workgroup a row. */
const LANES = 128;

const SHADERS = { plain: shader(false), fork: shader(true) };

function shader(residual: boolean): Shader {
  return {
    name: "layerNormBackward",
    inputs: {
      dy: "f32",
      x: "f32",
      gain: "f32",
      moments: "f32",
      ...(residual && { residual: "f32" }),
    },
    outputs: { dx: "f32" },
    uniforms: { width: "u32" },
    workgroup: [LANES, 1, 1],
    declarations: reductions(LANES),
    main: `
  let start = group.x * uniforms.width;
  let mean = moments[2u * group.x];
  let scale = moments[2u * group.x + 1u];
  var g_sum = 0.0;
  var gz_sum = 0.0;
  for (var i = lane; i < uniforms.width; i += ${LANES}u) {
    let g = dy[start + i] * gain[i];
    g_sum += g;
    gz_sum += g * (x[start + i] - mean) * scale;
  }
  let g_mean = total(lane, g_sum) / f32(uniforms.width);
  let gz_mean = total(lane, gz_sum) / f32(uniforms.width);
  for (var i = lane; i < uniforms.width; i += ${LANES}u) {
    let z = (x[start + i] - mean) * scale;
    dx[start + i] = scale * (dy[start + i] * gain[i] - g_mean - z * gz_mean)${residual ? " + residual[start + i]" : ""};
  }`,
  };
}
