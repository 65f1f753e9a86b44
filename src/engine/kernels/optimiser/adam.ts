/**
 * Adam's update of several parameters in one dispatch: in place on webgpu, and new weights elsewhere, where wasm's products
 * would go on with the packed copies that they keep of a tensor.
 */
import * as tf from "@tensorflow/tfjs-core";
import { groupsFor, sizeOf } from "../../webgpu/gpu";
import { oncePerKey, type Shader } from "../../webgpu/shader";
import { normal } from "../example";
import { defineKernel, type Tensors } from "../kernel";
import { hostView } from "../decode/host-view";
import { cases, named, slots } from "./slots";

/** Parameters a dispatch: each is two of the 8 buffers that a stage has; moments and clipping are the other two. */
export const ADAM_SLOTS = 3;
const LANES = 256;
/** More workgroups than this along one axis no device promises; lanes then take several weights. */
const MOST_GROUPS = 32_768;

type Step = Readonly<Record<(typeof SCALARS)[number], number>> & {
  /** Where the moments of each parameter begin. */
  readonly offsets: readonly number[];
};
const SCALARS = ["beta1", "beta2", "epsilon", "decay", "l2", "rate", "root"] as const;

/**
 * Of each parameter w0, w1 …, with its gradient g0, g1 … and its moments (m, v) among all of them:
 *
 *   g ← factor·g + l2·w,   m ← β₁m + (1−β₁)g,   v ← β₂v + (1−β₂)g²,   w ← decay·w − rate·m/(√v/root + ε)
 *
 * Where clip, [norm, factor], holds a norm that is not finite, nothing changes. → moments [weights, 2], changed in place, and the new w0, w1 …
 */
export const adamUpdate = defineKernel<Tensors, Step, tf.Tensor[]>({
  name: "adamUpdate",
  plain: (inputs, { offsets, ...s }) => {
    const moments = inputs.moments as tf.Tensor2D;
    const [norm, factor] = hostView(inputs.clip!) as unknown as [number, number];
    const before = slots(inputs, "w");
    if (!Number.isFinite(norm)) return [moments, ...before].map((tensor) => tf.clone(tensor));
    const after = before.map((w, slot) => {
      const weights = hostView(w).slice();
      const gradient = hostView(inputs[`g${slot}`]!);
      const own = hostView(moments).subarray(2 * offsets[slot]!);
      for (let i = 0; i < weights.length; i++) {
        const weight = weights[i]!;
        const g = factor * gradient[i]! + s.l2 * weight;
        const m = s.beta1 * own[2 * i]! + (1 - s.beta1) * g;
        const v = s.beta2 * own[2 * i + 1]! + (1 - s.beta2) * g * g;
        own[2 * i] = m;
        own[2 * i + 1] = v;
        weights[i] = s.decay * weight - (s.rate * m) / (Math.sqrt(v) / s.root + s.epsilon);
      }
      return tf.tensor(weights, w.shape);
    });
    return [tf.clone(moments), ...after];
  },
  webgpu: (gpu, inputs, { offsets, ...scalars }) => {
    const weights = slots(inputs, "w");
    const sizes = weights.map(sizeOf);
    const moments = inputs.moments!;
    const groups = Math.min(MOST_GROUPS, groupsFor(Math.max(...sizes), LANES));
    gpu.run(shaderFor(weights.length), {
      inputs: [inputs.clip!, ...slots(inputs, "g")],
      outputs: [moments, ...weights],
      uniforms: {
        ...scalars,
        fresh1: 1 - scalars.beta1,
        fresh2: 1 - scalars.beta2,
        lanes: groups * LANES,
        ...named("size", sizes),
        ...named("offset", offsets),
      },
      groups: [groups, weights.length],
    });
    return [moments, ...weights].map((tensor) => gpu.share(tensor, tensor.shape));
  },
  examples: () =>
    [[300, 7, 64], [5]].map((sizes) => ({
      title: `parameters of ${sizes.join(", ")}`,
      inputs: {
        ...named(
          "w",
          sizes.map((size) => normal(`w ${size}`, [size])),
        ),
        ...named(
          "g",
          sizes.map((size) => normal(`g ${size}`, [size])),
        ),
        moments: { shape: [371, 2], values: normal("moments", [742]).values.map(Math.abs) },
        clip: { shape: [2], values: Float32Array.of(3, 0.5) },
      },
      attributes: {
        ...{ beta1: 0.9, beta2: 0.999, epsilon: 1e-8, decay: 0.99, l2: 0.1, rate: 0.01, root: 0.3 },
        offsets: sizes.map((_, i) => sizes.slice(0, i).reduce((a, b) => a + b, 0)),
      },
    })),
});

const shaderFor = oncePerKey((count: number): Shader => {
  const all = Array.from({ length: count }, (_, i) => i);
  return {
    name: `adamUpdate${count}`,
    inputs: {
      clip: "f32",
      ...named(
        "g",
        all.map(() => "f32" as const),
      ),
    },
    outputs: {
      moments: "vec2<f32>",
      ...named(
        "w",
        all.map(() => "f32" as const),
      ),
    },
    uniforms: {
      ...Object.fromEntries([...SCALARS, "fresh1", "fresh2"].map((name) => [name, "f32" as const])),
      lanes: "u32",
      ...named(
        "size",
        all.map(() => "u32" as const),
      ),
      ...named(
        "offset",
        all.map(() => "u32" as const),
      ),
    },
    workgroup: [LANES, 1, 1],
    declarations: `
fn updated(weight : f32, gradient : f32, place : u32) -> f32 {
  let g = clip[1] * gradient + uniforms.l2 * weight;
  let old = moments[place];
  let m = uniforms.beta1 * old.x + uniforms.fresh1 * g;
  let v = uniforms.beta2 * old.y + uniforms.fresh2 * g * g;
  moments[place] = vec2<f32>(m, v);
  return uniforms.decay * weight - uniforms.rate * m / (sqrt(v) / uniforms.root + uniforms.epsilon);
}`,
    main: `
  // By its bits, since a compiler may take every number for finite.
  if ((bitcast<u32>(clip[0]) & 0x7f800000u) == 0x7f800000u) { return; }
  ${cases(
    count,
    "group.y",
    (i) => `for (var i = global.x; i < uniforms.size${i}; i += uniforms.lanes) {
    w${i}[i] = updated(w${i}[i], g${i}[i], uniforms.offset${i} + i);
  }`,
  )}`,
  };
});
