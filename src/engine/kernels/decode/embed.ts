/** The embedding of the token that each row drew last, read where the sampler wrote it. */
import * as tf from "@tensorflow/tfjs-core";
import { groupsFor } from "../../webgpu/gpu";
import type { Shader } from "../../webgpu/shader";
import { normal, whole } from "../example";
import { defineKernel } from "../kernel";
import { hostIntegers } from "./host-view";
import { readRows } from "./rows";

interface EmbedLast extends Record<string, tf.Tensor | undefined> {
  readonly wte: tf.Tensor2D; // [vocabulary, width]
  readonly wpe: tf.Tensor2D; // [positions, width]
  readonly rows: tf.Tensor2D; // int32 [live, 4]
  readonly tokens: tf.Tensor2D; // int32 [rows, steps]
}

/**
 * x = wte[tokens[row, drawn − 1]] + wpe[promptLength + drawn − 1]. → [live, width]. A token of −1 (logits that are none)
 * reads as 0.
 */
export const embedLast = defineKernel<EmbedLast, object, [tf.Tensor2D]>({
  name: "decodeEmbedLast",
  plain: ({ wte, wpe, rows, tokens }) => {
    const live = readRows(hostIntegers(rows));
    const all = hostIntegers(tokens);
    const steps = tokens.shape[1];
    const ids = live.map(({ row, drawn }) => Math.max(0, all[row * steps + drawn - 1]!));
    const positions = live.map(({ promptLength, drawn }) => promptLength + drawn - 1);
    const take = (table: tf.Tensor2D, indices: number[]) =>
      tf.gather(table, tf.tensor1d(indices, "int32"));
    return [tf.add(take(wte, ids), take(wpe, positions))];
  },
  webgpu: (gpu, { wte, wpe, rows, tokens }) => {
    const live = rows.shape[0];
    const width = wte.shape[1];
    const x = gpu.empty([live, width]);
    gpu.run(SHADER, {
      inputs: [wte, wpe, rows, tokens],
      outputs: [x],
      uniforms: { quads: width / 4, steps: tokens.shape[1] },
      groups: [groupsFor(width / 4, LANES), live],
    });
    return [x];
  },
  examples: () =>
    [32, 300].map((width) => ({
      title: `2 of 3 rows, width ${width}`,
      inputs: {
        wte: normal("wte", [11, width]),
        wpe: normal("wpe", [9, width]),
        rows: { shape: [2, 4], values: Int32Array.of(2, 0, 5, 3, 0, 1, 3, 2) },
        tokens: whole("tokens", [3, 4], 11),
      },
      attributes: {},
    })),
});

const LANES = 64;
const SHADER: Shader = {
  name: "decodeEmbedLast",
  inputs: { wte: "vec4<f32>", wpe: "vec4<f32>", live: "vec4<i32>", tokens: "i32" },
  outputs: { x: "vec4<f32>" },
  uniforms: { quads: "u32", steps: "u32" },
  workgroup: [LANES, 1, 1],
  main: `
  let quad = global.x;
  if (quad >= uniforms.quads) { return; }
  let row = live[group.y];
  let last = u32(row.w) - 1u;
  let token = u32(max(0, tokens[u32(row.x) * uniforms.steps + last]));
  let position = u32(row.z) + last;
  x[group.y * uniforms.quads + quad] =
    wte[token * uniforms.quads + quad] + wpe[position * uniforms.quads + quad];`,
};
