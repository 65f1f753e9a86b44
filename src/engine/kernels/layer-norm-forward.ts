/** Layer normalisation, forward. */
import * as tf from "@tensorflow/tfjs-core";
import { reductions } from "../webgpu/reduce";
import type { Shader } from "../webgpu/shader";
import { normal } from "./example";
import { defineKernel } from "./kernel";

export interface NormInputs extends Record<string, tf.Tensor | undefined> {
  readonly x: tf.Tensor2D;
  readonly gain: tf.Tensor1D;
  readonly bias: tf.Tensor1D;
}

/** → y [n, d] and each row's mean and 1/√(var + ε), [n, 2]. */
export const layerNormForward = defineKernel<
  NormInputs,
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
    const outputs = [gpu.empty([rows, width]), gpu.empty([rows, 2])];
    gpu.run(FORWARD, {
      inputs: [x, gain, bias],
      outputs,
      uniforms: { width, epsilon },
      groups: [rows],
    });
    return outputs;
  },
  examples: () => [64, 100, 768].map(example),
});

function example(width: number) {
  return {
    title: `3 rows of ${width}`,
    inputs: {
      x: normal("x", [3, width], 3),
      gain: normal("gain", [width]),
      bias: normal("bias", [width]),
    },
    attributes: { epsilon: 1e-5 },
  };
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
