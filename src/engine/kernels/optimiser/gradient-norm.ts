/** The norm of all gradients together and the factor that clips them, without leaving the device. */
import * as tf from "@tensorflow/tfjs-core";
import { sizeOf } from "../../webgpu/gpu";
import { reductions } from "../../webgpu/reduce";
import type { Shader } from "../../webgpu/shader";
import { normal } from "../example";
import { defineKernel, type Tensors } from "../kernel";
import { cases, named, slots } from "./slots";

/** Gradients a dispatch: a stage has 8 buffers, and one is written. */
export const NORM_SLOTS = 7;
const LANES = 256;

/** Σ g² of each of up to 7 gradients, g0, g1 … of any shape. → [7], 0 where there is none. */
export const squaredSums = defineKernel<Tensors, object, [tf.Tensor1D]>({
  name: "squaredSums",
  plain: (inputs) => {
    const sums = slots(inputs, "g").map((g) => tf.sum(tf.square(g)));
    return [tf.pad(tf.stack(sums) as tf.Tensor1D, [[0, NORM_SLOTS - sums.length]])];
  },
  webgpu: (gpu, inputs) => {
    const gradients = slots(inputs, "g");
    const sums = gpu.empty([NORM_SLOTS]);
    // An unused slot reads the first gradient and counts none of it.
    const filled = Array.from({ length: NORM_SLOTS }, (_, i) => gradients[i] ?? gradients[0]!);
    const sizes = filled.map((g, i) => (i < gradients.length ? sizeOf(g) : 0));
    gpu.run(SQUARES, {
      inputs: filled,
      outputs: [sums],
      uniforms: named("size", sizes),
      groups: [NORM_SLOTS],
    });
    return [sums];
  },
  examples: () =>
    [[1, 5, 300, 2, 129, 4, 600], [257]].map((sizes) => ({
      title: `gradients of ${sizes.join(", ")}`,
      inputs: named(
        "g",
        sizes.map((size) => normal(`g ${size}`, [size])),
      ),
      attributes: {},
    })),
});

const SLOTS = Array.from({ length: NORM_SLOTS }, (_, i) => i);

const SQUARES: Shader = {
  name: "squaredSums",
  inputs: named(
    "g",
    SLOTS.map(() => "f32" as const),
  ),
  outputs: { sums: "f32" },
  uniforms: named(
    "size",
    SLOTS.map(() => "u32" as const),
  ),
  workgroup: [LANES, 1, 1],
  declarations: reductions(LANES),
  main: `
  var sum = 0.0;
  ${cases(
    NORM_SLOTS,
    "group.x",
    (i) =>
      `for (var i = lane; i < uniforms.size${i}; i += ${LANES}u) { sum += g${i}[i] * g${i}[i]; }`,
  )}
  let all = total(lane, sum);
  if (lane == 0u) { sums[group.x] = all; }`,
};

/** The largest float32, near enough: a limit that no finite norm reaches. */
const NO_LIMIT = 3e38;

interface Limit {
  /** Micro-batches that the gradients are the sum of. */
  readonly divisor: number;
  readonly maxNorm: number | null;
}

/**
 * norm = √Σ/divisor and factor = min(1, max/(norm + 1e-6))/divisor, by which each gradient is to be multiplied, PyTorch's
 * clip_grad_norm_. → [norm, factor]
 */
export const clipping = defineKernel<{ sums: tf.Tensor1D } & Tensors, Limit, [tf.Tensor1D]>({
  name: "clipping",
  plain: ({ sums }, { divisor, maxNorm }) => {
    const norm = tf.div(tf.sqrt(tf.sum(sums)), divisor);
    const factor = tf.minimum(1, tf.div(maxNorm ?? NO_LIMIT, tf.add(norm, 1e-6)));
    return [tf.stack([norm, tf.div(factor, divisor)]) as tf.Tensor1D];
  },
  webgpu: (gpu, { sums }, { divisor, maxNorm }) => {
    const clip = gpu.empty([2]);
    gpu.run(CLIP, {
      inputs: [sums],
      outputs: [clip],
      uniforms: { count: sizeOf(sums), divisor, limit: maxNorm ?? NO_LIMIT },
      groups: [1],
    });
    return [clip];
  },
  examples: () =>
    [null, 1].map((maxNorm) => ({
      title: maxNorm === null ? "no limit" : `at most ${maxNorm}`,
      inputs: { sums: { shape: [14], values: Float32Array.from({ length: 14 }, (_, i) => i) } },
      attributes: { divisor: 2, maxNorm },
    })),
});

const CLIP: Shader = {
  name: "clipping",
  inputs: { sums: "f32" },
  outputs: { clip: "f32" },
  uniforms: { count: "u32", divisor: "f32", limit: "f32" },
  workgroup: [1, 1, 1],
  main: `
  var sum = 0.0;
  for (var i = 0u; i < uniforms.count; i++) { sum += sums[i]; }
  let norm = sqrt(sum) / uniforms.divisor;
  clip[0] = norm;
  clip[1] = min(1.0, uniforms.limit / (norm + 1e-6)) / uniforms.divisor;`,
};
