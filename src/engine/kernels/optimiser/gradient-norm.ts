/** The norm of all gradients together and the factor that clips them, without leaving the device. */
import * as tf from "@tensorflow/tfjs-core";
import { groupsFor, sizeOf } from "../../webgpu/gpu";
import { reductions } from "../../webgpu/reduce";
import type { Shader } from "../../webgpu/shader";
import { normal } from "../example";
import { defineKernel } from "../kernel";

const LANES = 256;
/** Workgroups of the first sum, each of which leaves one number for the second. */
const MOST_SUMS = 64;
/** The largest float32, near enough: a limit that no finite norm reaches. */
const NO_LIMIT = 3e38;

interface Gradients extends Record<string, tf.Tensor | undefined> {
  readonly gradients: tf.Tensor1D;
}

interface Limit {
  /** Elements of each gradient; they lie one after the other. */
  readonly sizes: readonly number[];
  /** Micro-batches that the gradients are the sum of. */
  readonly divisor: number;
  readonly maxNorm: number | null;
}

/**
 * norm = √Σg²/divisor and factor = min(1, max/(norm + 1e-6))/divisor, by which each gradient is to be multiplied, PyTorch's
 * clip_grad_norm_. → [norm, factor]
 */
export const gradientNorm = defineKernel<Gradients, Limit, [tf.Tensor1D]>({
  name: "gradientNorm",
  plain: ({ gradients }, { sizes, divisor, maxNorm }) => {
    // Gradient by gradient: these backends' running sums are in float32.
    const parts = tf.split(gradients, [...sizes]).map((part) => tf.sum(tf.square(part)));
    const norm = tf.div(tf.sqrt(tf.sum(tf.stack(parts))), divisor);
    const factor = tf.minimum(1, tf.div(maxNorm ?? NO_LIMIT, tf.add(norm, 1e-6)));
    return [tf.stack([norm, tf.div(factor, divisor)]) as tf.Tensor1D];
  },
  webgpu: (gpu, { gradients }, { divisor, maxNorm }) => {
    const size = sizeOf(gradients);
    const count = Math.min(MOST_SUMS, groupsFor(size, LANES));
    const sums = gpu.empty([count]);
    gpu.run(SQUARES, {
      inputs: [gradients],
      outputs: [sums],
      uniforms: { size, lanes: count * LANES },
      groups: [count],
    });
    const clip = gpu.empty([2]);
    gpu.run(CLIP, {
      inputs: [sums],
      outputs: [clip],
      uniforms: { count, divisor, limit: maxNorm ?? NO_LIMIT },
      groups: [1],
    });
    gpu.dispose(sums);
    return [clip];
  },
  examples: () => [
    example([1, 5, 300, 2, 129], { divisor: 2, maxNorm: null }),
    example([257], { divisor: 1, maxNorm: 1 }),
    example([30_000, 7], { divisor: 3, maxNorm: 50 }),
  ],
});

function example(sizes: readonly number[], limit: Omit<Limit, "sizes">) {
  const size = sizes.reduce((a, b) => a + b);
  return {
    title: `gradients of ${sizes.join(", ")}, ${limit.maxNorm === null ? "no limit" : `at most ${limit.maxNorm}`}`,
    inputs: { gradients: normal("g", [size]) },
    attributes: { sizes, ...limit },
  };
}

const SQUARES: Shader = {
  name: "squaredSums",
  inputs: { gradients: "f32" },
  outputs: { sums: "f32" },
  uniforms: { size: "u32", lanes: "u32" },
  workgroup: [LANES, 1, 1],
  declarations: reductions(LANES),
  main: `
  var sum = 0.0;
  for (var i = global.x; i < uniforms.size; i += uniforms.lanes) { sum += gradients[i] * gradients[i]; }
  let all = total(lane, sum);
  if (lane == 0u) { sums[group.x] = all; }`,
};

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
