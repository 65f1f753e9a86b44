/**
 * Adam's update of many parameters in one dispatch: in place on webgpu, and new weights elsewhere, where wasm's products
 * would go on with the packed copies that they keep of a tensor.
 */
import * as tf from "@tensorflow/tfjs-core";
import { groupsFor, sizeOf } from "../../webgpu/gpu";
import type { Shader } from "../../webgpu/shader";
import { normal } from "../example";
import { defineKernel, type Tensors } from "../kernel";
import { hostView } from "../decode/host-view";
import { named, slots } from "./slots";

const LANES = 256;
/** More workgroups than this along one axis no device promises; lanes then take several weights. */
const MOST_GROUPS = 32_768;

type Step = Readonly<Record<(typeof SCALARS)[number], number>> & {
  /** Where the first parameter's begin among the moments, and among the gradients. */
  readonly firstMoment: number;
  readonly firstGradient: number;
};
const SCALARS = ["beta1", "beta2", "epsilon", "decay", "l2", "rate", "root"] as const;

/**
 * Of parameters w0, w1 … that are neighbours, with their gradients g and moments (m, v) among all of them:
 *
 *   g ← factor·g + l2·w,   m ← β₁m + (1−β₁)g,   v ← β₂v + (1−β₂)g²,   w ← decay·w − rate·m/(√v/root + ε)
 *
 * Where clip, [norm, factor], holds a norm that is not finite, nothing changes.
 * → moments [weights, 2], changed in place, and the new w0, w1 …
 */
export const adamUpdate = defineKernel<Tensors, Step, tf.Tensor[]>({
  name: "adamUpdate",
  plain: (inputs, { firstMoment, firstGradient, ...s }) => {
    const moments = inputs.moments as tf.Tensor2D;
    const [norm, factor] = hostView(inputs.clip!) as unknown as [number, number];
    const before = slots(inputs, "w");
    if (!Number.isFinite(norm)) return [moments, ...before].map((tensor) => tf.clone(tensor));
    let done = 0;
    const after = before.map((w) => {
      const weights = hostView(w).slice();
      const gradient = hostView(inputs.gradients!).subarray(firstGradient + done);
      const own = hostView(moments).subarray(2 * (firstMoment + done));
      for (let i = 0; i < weights.length; i++) {
        const weight = weights[i]!;
        const g = factor * gradient[i]! + s.l2 * weight;
        const m = s.beta1 * own[2 * i]! + (1 - s.beta1) * g;
        const v = s.beta2 * own[2 * i + 1]! + (1 - s.beta2) * g * g;
        own[2 * i] = m;
        own[2 * i + 1] = v;
        weights[i] = s.decay * weight - (s.rate * m) / (Math.sqrt(v) / s.root + s.epsilon);
      }
      done += weights.length;
      return tf.tensor(weights, w.shape);
    });
    return [tf.clone(moments), ...after];
  },
  webgpu: (gpu, inputs, { firstMoment, firstGradient, ...scalars }) => {
    const weights = slots(inputs, "w");
    const all = gpu.join(weights);
    const moments = inputs.moments!;
    const size = sizeOf(all);
    const groups = Math.min(MOST_GROUPS, groupsFor(size, LANES));
    gpu.run(ADAM, {
      inputs: [inputs.clip!, inputs.gradients!],
      outputs: [moments, all],
      uniforms: {
        ...scalars,
        fresh1: 1 - scalars.beta1,
        fresh2: 1 - scalars.beta2,
        ...{
          size,
          lanes: groups * LANES,
          first_moment: firstMoment,
          first_gradient: firstGradient,
        },
      },
      groups: [groups],
    });
    gpu.part(all, weights);
    gpu.dispose(all);
    return [moments, ...weights].map((tensor) => gpu.share(tensor, tensor.shape));
  },
  examples: () =>
    [[300, 7, 64, 1, 5, 9, 3, 257, 2, 33], [5]].map((sizes) => ({
      title: `parameters of ${sizes.join(", ")}`,
      inputs: {
        ...named(
          "w",
          sizes.map((size) => normal(`w ${size}`, [size])),
        ),
        gradients: normal("g", [700]),
        moments: { shape: [690, 2], values: normal("moments", [1380]).values.map(Math.abs) },
        clip: { shape: [2], values: Float32Array.of(3, 0.5) },
      },
      attributes: {
        ...{ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.99, l2: 0.1, rate: 0.01, root: 0.3 },
        ...{ firstMoment: 4, firstGradient: 11 },
      },
    })),
});

const ADAM: Shader = {
  name: "adamUpdate",
  inputs: { clip: "f32", gradients: "f32" },
  outputs: { moments: "vec2<f32>", weights: "f32" },
  uniforms: {
    ...Object.fromEntries([...SCALARS, "fresh1", "fresh2"].map((name) => [name, "f32" as const])),
    ...{ size: "u32", lanes: "u32", first_moment: "u32", first_gradient: "u32" },
  },
  workgroup: [LANES, 1, 1],
  main: `
  // By its bits, since a compiler may take every number for finite.
  if ((bitcast<u32>(clip[0]) & 0x7f800000u) == 0x7f800000u) { return; }
  for (var i = global.x; i < uniforms.size; i += uniforms.lanes) {
    let g = clip[1] * gradients[uniforms.first_gradient + i] + uniforms.l2 * weights[i];
    let place = uniforms.first_moment + i;
    let old = moments[place];
    let m = uniforms.beta1 * old.x + uniforms.fresh1 * g;
    let v = uniforms.beta2 * old.y + uniforms.fresh2 * g * g;
    moments[place] = vec2<f32>(m, v);
    weights[i] = uniforms.decay * weights[i] - uniforms.rate * m / (sqrt(v) / uniforms.root + uniforms.epsilon);
  }`,
};
