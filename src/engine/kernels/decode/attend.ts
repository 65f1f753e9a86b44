/** Attention of one query a row over the keys of its prompt, which rows may share, and over its own. */
import * as tf from "@tensorflow/tfjs-core";
import { LOWEST, reductions } from "../../webgpu/reduce";
import type { Shader } from "../../webgpu/shader";
import { normal } from "../example";
import { defineKernel } from "../kernel";
import { attendHead } from "./attend-head";
import { hostIntegers, hostView } from "./host-view";
import { readRows } from "./rows";

interface AttendOne extends Record<string, tf.Tensor | undefined> {
  readonly q: tf.Tensor2D; // [live, width]
  readonly prompts: tf.Tensor3D; // [prompts, promptSlots, 2·width]: key | value
  readonly cache: tf.Tensor3D; // [rows, slots, 2·width]
  readonly rows: tf.Tensor2D; // int32 [live, 4]
}

/**
 * Of each head, y = softmax(q·Kᵀ/√headWidth)·V, K and V being the promptLength first slots of the row's prompt and the
 * `drawn` first slots of the row's own cache. → [live, width]
 */
export const attendOne = defineKernel<AttendOne, { heads: number }, [tf.Tensor2D]>({
  name: "decodeAttendOne",
  plain: (inputs, { heads }) => {
    const [live, width] = inputs.q.shape;
    const headWidth = width / heads;
    const y = new Float32Array(live * width);
    const q = hostView(inputs.q);
    const prompts = hostView(inputs.prompts);
    const own = hostView(inputs.cache);
    const [promptSlots, slots] = [inputs.prompts.shape[1], inputs.cache.shape[1]];
    for (const [i, { row, prompt, promptLength, drawn }] of readRows(
      hostIntegers(inputs.rows),
    ).entries()) {
      for (let first = 0; first < width; first += headWidth) {
        const segments = [
          { values: prompts, at: 2 * width * promptSlots * prompt + first, slots: promptLength },
          { values: own, at: 2 * width * slots * row + first, slots: drawn },
        ];
        const start = i * width + first;
        y.set(attendHead(q.subarray(start, start + headWidth), segments, width), start);
      }
    }
    return [tf.tensor2d(y, [live, width])];
  },
  wasm: (simd, { q, prompts, cache, rows }, { heads }) => {
    const [live, width] = q.shape;
    if ((width / heads) % 4 !== 0) return null;
    const [promptSlots, slots] = [prompts.shape[1], cache.shape[1]];
    const y = simd.empty([live, width]);
    const weights = simd.empty([heads, promptSlots + slots + 3]);
    simd.functions.attend(
      ...([simd.at(q), simd.at(prompts), simd.at(cache), simd.at(rows)] as const),
      ...([simd.at(y), simd.at(weights), live, width, heads, promptSlots, slots] as const),
    );
    simd.dispose(weights);
    return [y];
  },
  webgpu: (gpu, { q, prompts, cache, rows }, { heads }) => {
    const [live, width] = q.shape;
    const y = gpu.empty([live, width]);
    gpu.run(SHADER, {
      inputs: [q, prompts, cache, rows],
      outputs: [y],
      uniforms: {
        heads,
        quads: width / heads / 4,
        prompt_slots: prompts.shape[1],
        slots: cache.shape[1],
        scale: 1 / Math.sqrt(width / heads),
      },
      groups: [heads, live],
    });
    return [y];
  },
  examples: () =>
    [
      { title: "short, heads of 8", promptSlots: 5, lengths: [5, 3], width: 32, heads: 4 },
      { title: "one head of 64", promptSlots: 127, lengths: [127, 1], width: 64, heads: 1 },
      {
        title: "tiles of keys, heads of 20",
        promptSlots: 300,
        lengths: [300, 126],
        width: 60,
        heads: 3,
      },
    ].map(({ title, promptSlots, lengths, width, heads }) => ({
      title,
      inputs: {
        q: normal("q", [3, width], 2),
        prompts: normal("prompts", [2, promptSlots, 2 * width]),
        cache: normal("cache", [4, 6, 2 * width]),
        rows: {
          shape: [3, 4],
          values: Int32Array.of(
            ...[3, 1, lengths[1]!, 5],
            ...[0, 0, lengths[0]!, 4],
            ...[1, 1, lengths[1]!, 1],
          ),
        },
      },
      attributes: { heads },
    })),
});

/** Keys of a tile: a lane scores one; then lanes side by side take the parts of the values. */
const LANES = 128;
/** Online softmax (Milakov & Gimelshein 2018): the running maximum rescales what was added before. */
const SHADER: Shader = {
  name: "decodeAttendOne",
  inputs: { q: "vec4<f32>", prompts: "vec4<f32>", cache: "vec4<f32>", live: "vec4<i32>" },
  outputs: { y: "vec4<f32>" },
  uniforms: {
    heads: "u32",
    quads: "u32",
    prompt_slots: "u32",
    slots: "u32",
    scale: "f32",
  },
  workgroup: [LANES, 1, 1],
  declarations: `${reductions(LANES)}
var<workgroup> query : array<vec4<f32>, ${LANES}>;
var<workgroup> weights : array<f32, ${LANES}>;
var<workgroup> sums : array<vec4<f32>, ${LANES}>;
// where the key of token t begins; its value follows after all heads' keys
fn place(row : vec4<i32>, t : u32) -> u32 {
  let length = u32(row.z);
  let slot = select(u32(row.x) * uniforms.slots + t - length, u32(row.y) * uniforms.prompt_slots + t, t < length);
  return slot * 2u * uniforms.heads * uniforms.quads;
}
fn element(row : vec4<i32>, t : u32, i : u32) -> vec4<f32> {
  if (t < u32(row.z)) { return prompts[i]; }
  return cache[i];
}`,
  main: `
  let quads = uniforms.quads;
  let row = live[group.y];
  let count = u32(row.z) + u32(row.w);
  let head = group.x * quads;
  let mine = (group.y * uniforms.heads + group.x) * quads;
  if (lane < quads) { query[lane] = q[mine + lane] * uniforms.scale; }
  workgroupBarrier();

  let slices = ${LANES}u / quads;
  let quad = lane % quads;
  let slice = lane / quads;
  var highest = ${LOWEST};
  var mass = 0.0;
  var sum = vec4<f32>();
  for (var start = 0u; start < count; start += ${LANES}u) {
    let t = start + lane;
    var score = ${LOWEST};
    if (t < count) {
      let key = place(row, t) + head;
      score = 0.0;
      for (var i = 0u; i < quads; i++) { score += dot(query[i], element(row, t, key + i)); }
    }
    let peak = max(highest, largest(lane, score));
    let weight = select(0.0, exp(score - peak), t < count);
    weights[lane] = weight;
    let shrink = exp(highest - peak);
    mass = mass * shrink + total(lane, weight); // a barrier: all weights are written
    sum *= shrink;
    highest = peak;
    if (slice < slices) {
      for (var i = slice; i < min(${LANES}u, count - start); i += slices) {
        let value = place(row, start + i) + uniforms.heads * quads + head + quad;
        sum += weights[i] * element(row, start + i, value);
      }
    }
  }
  sums[lane] = sum;
  workgroupBarrier();
  if (lane < quads) {
    var all = vec4<f32>();
    for (var s = 0u; s < slices; s++) { all += sums[s * quads + lane]; }
    y[mine + lane] = all / mass;
  }`,
};
