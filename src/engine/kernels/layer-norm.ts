/** Layer normalisation (Ba et al. 2016) with its own gradient. */
import * as tf from "@tensorflow/tfjs-core";
import { reductions } from "../webgpu/reduce";
import type { Shader } from "../webgpu/shader";
import { custom } from "./custom";
import { normal } from "./example";
import { defineKernel } from "./kernel";
import { isTrainable } from "./linear";

/**
 * y = (x − mean)/√(var + ε)·gain + bias over the last axis, with the biased variance.
 * x [n, d], gain [d], bias [d] → [n, d].
 */
export function layerNorm(
  x: tf.Tensor2D,
  gain: tf.Tensor1D,
  bias: tf.Tensor1D,
  epsilon: number,
): tf.Tensor2D {
  const trainable = isTrainable(gain);
  return custom<tf.Tensor2D>(trainable ? [x, gain, bias] : [x], () => {
    const [value, moments] = layerNormForward({ x, gain, bias }, { epsilon });
    return {
      value,
      saved: [x, moments],
      gradients: (dy, [savedX, savedMoments]) => {
        const saved = { x: savedX as tf.Tensor2D, moments: savedMoments as tf.Tensor2D };
        const [dx] = layerNormBackward({ dy, gain, ...saved }, {});
        if (!trainable) return [dx];
        return [dx, tf.sum(tf.mul(dy, normalised(saved.x, saved.moments)), 0), tf.sum(dy, 0)];
      },
    };
  });
}

interface Forward extends Record<string, tf.Tensor | undefined> {
  readonly x: tf.Tensor2D;
  readonly gain: tf.Tensor1D;
  readonly bias: tf.Tensor1D;
}

/** → y [n, d] and each row's mean and 1/√(var + ε), [n, 2]. */
export const layerNormForward = defineKernel<
  Forward,
  { epsilon: number },
  [tf.Tensor2D, tf.Tensor2D]
>({
  name: "layerNormForward",
  plain: ({ x, gain, bias }, { epsilon }) => {
    const mean = tf.mean(x, 1, true);
    const centred = tf.sub(x, mean);
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), epsilon));
    const y = tf.add<tf.Tensor2D>(tf.mul(tf.mul(centred, scale), gain), bias);
    return [y, tf.concat([mean, scale], 1) as tf.Tensor2D];
  },
  webgpu: (gpu, { x, gain, bias }, { epsilon }) => {
    const [rows, width] = x.shape;
    const [y, moments] = [gpu.empty([rows, width]), gpu.empty([rows, 2])];
    gpu.run(FORWARD, {
      inputs: [x, gain, bias],
      outputs: [y, moments],
      uniforms: { width, epsilon },
      groups: [rows],
    });
    return [y, moments];
  },
  examples: () =>
    [64, 100, 768].map((width) => ({
      title: `3 rows of ${width}`,
      inputs: {
        x: normal("x", [3, width], 3),
        gain: normal("gain", [width]),
        bias: normal("bias", [width]),
      },
      attributes: { epsilon: 1e-5 },
    })),
});

interface Backward extends Record<string, tf.Tensor | undefined> {
  readonly dy: tf.Tensor2D;
  readonly x: tf.Tensor2D;
  readonly gain: tf.Tensor1D;
  readonly moments: tf.Tensor2D;
}

/** With g = dy·gain and z the normalised x: dx = (g − mean(g) − z·mean(g·z))/√(var + ε) [n, d]. */
export const layerNormBackward = defineKernel<Backward, object, [tf.Tensor2D]>({
  name: "layerNormBackward",
  plain: ({ dy, x, gain, moments }) => {
    const z = normalised(x, moments);
    const g = tf.mul(dy, gain);
    const along = tf.mul(z, tf.mean(tf.mul(g, z), 1, true));
    return [tf.mul(scaleOf(moments), tf.sub(tf.sub(g, tf.mean(g, 1, true)), along))];
  },
  webgpu: (gpu, { dy, x, gain, moments }) => {
    const [rows, width] = x.shape;
    const dx = gpu.empty([rows, width]);
    gpu.run(BACKWARD, {
      inputs: [dy, x, gain, moments],
      outputs: [dx],
      uniforms: { width },
      groups: [rows],
    });
    return [dx];
  },
  examples: () =>
    [64, 100, 768].map((width) => ({
      title: `3 rows of ${width}`,
      inputs: {
        dy: normal("dy", [3, width]),
        x: normal("x", [3, width], 3),
        gain: normal("gain", [width]),
        moments: { shape: [3, 2], values: Float32Array.of(0.1, 0.3, -0.2, 0.4, 0, 0.35) },
      },
      attributes: {},
    })),
});

function normalised(x: tf.Tensor2D, moments: tf.Tensor2D): tf.Tensor2D {
  return tf.tidy(() => tf.mul(tf.sub(x, tf.slice(moments, [0, 0], [-1, 1])), scaleOf(moments)));
}

function scaleOf(moments: tf.Tensor2D): tf.Tensor2D {
  return tf.slice(moments, [0, 1], [-1, 1]);
}

/** A workgroup a row. */
const LANES = 128;

const FORWARD: Shader = {
  name: "layerNormForward",
  inputs: { x: "f32", gain: "f32", bias: "f32" },
  outputs: { y: "f32", moments: "f32" },
  uniforms: { width: "u32", epsilon: "f32" },
  workgroup: [LANES, 1, 1],
  declarations: reductions(LANES),
  main: `
  let start = group.x * uniforms.width;
  var sum = 0.0;
  for (var i = lane; i < uniforms.width; i += ${LANES}u) { sum += x[start + i]; }
  let mean = total(lane, sum) / f32(uniforms.width);
  var squares = 0.0;
  for (var i = lane; i < uniforms.width; i += ${LANES}u) {
    let centred = x[start + i] - mean;
    squares += centred * centred;
  }
  let scale = inverseSqrt(total(lane, squares) / f32(uniforms.width) + uniforms.epsilon);
  for (var i = lane; i < uniforms.width; i += ${LANES}u) {
    y[start + i] = (x[start + i] - mean) * scale * gain[i] + bias[i];
  }
  if (lane == 0u) {
    moments[2u * group.x] = mean;
    moments[2u * group.x + 1u] = scale;
  }`,
};

const BACKWARD: Shader = {
  name: "layerNormBackward",
  inputs: { dy: "f32", x: "f32", gain: "f32", moments: "f32" },
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
    dx[start + i] = scale * (dy[start + i] * gain[i] - g_mean - z * gz_mean);
  }`,
};
