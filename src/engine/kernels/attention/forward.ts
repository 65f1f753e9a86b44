/**
 * Causal attention from c_attn's packed output, q | k | v of all heads side by side, with the scores of a tile at a time
 * and never all of them (Dao et al. 2022, arXiv:2205.14135, algorithm 1; Dao 2023, arXiv:2307.08691, §3.1).
 */
import type * as tf from "@tensorflow/tfjs-core";
import { LOWEST } from "../../webgpu/reduce";
import { oncePerKey, type Shader } from "../../webgpu/shader";
import { groupsFor } from "../../webgpu/gpu";
import { normal } from "../example";
import { defineKernel } from "../kernel";
import { plainForward } from "./plain";
import {
  accumulate,
  eachOwnQuad,
  type HeadTile,
  headTile,
  loader,
  ownQuads,
  rowProduct,
  rowTile,
  storeQuad,
  weightTile,
  setup,
  strides,
} from "./tile";

export interface AttentionShape {
  readonly batch: number;
  readonly length: number;
  readonly heads: number;
}

interface Forward extends Record<string, tf.Tensor | undefined> {
  readonly qkv: tf.Tensor2D; // [batch·length, 3·width]
}

/**
 * Of each head, y = softmax(q·kᵀ/√headWidth)·v over the keys up to the query's own.
 * → y [batch·length, width] and log Σ exp of each query's scores, [batch·heads·length].
 */
export const attentionForward = defineKernel<Forward, AttentionShape, [tf.Tensor2D, tf.Tensor1D]>({
  name: "attentionForward",
  plain: ({ qkv }, shape) => plainForward(qkv, shape),
  webgpu: (gpu, { qkv }, { batch, length, heads }) => {
    const width = qkv.shape[1] / 3;
    const tile = headTile(width / heads);
    const y = gpu.empty([batch * length, width]);
    const logSumExp = gpu.empty([batch * heads * length]);
    gpu.run(shaderFor(tile.headWidth), {
      inputs: [qkv],
      outputs: [y, logSumExp],
      uniforms: { length, heads },
      groups: [groupsFor(length, tile.size), heads, batch],
    });
    return [y, logSumExp];
  },
  examples: () =>
    ATTENTION_SIZES.map(({ batch, length, heads, headWidth }) => ({
      title: `${batch} × ${length}, ${heads} heads of ${headWidth}`,
      inputs: { qkv: normal("qkv", [batch * length, 3 * heads * headWidth], 1.5) },
      attributes: { batch, length, heads },
    })),
});

/** One token, part of a tile, several tiles; head widths below, at and above the quads and lanes of a tile. */
export const ATTENTION_SIZES = [
  { batch: 2, length: 1, heads: 2, headWidth: 8 },
  { batch: 2, length: 7, heads: 3, headWidth: 6 },
  { batch: 1, length: 37, heads: 2, headWidth: 64 },
  { batch: 2, length: 32, heads: 1, headWidth: 20 },
  { batch: 1, length: 20, heads: 1, headWidth: 128 },
  { batch: 1, length: 11, heads: 1, headWidth: 77 },
] as const;

const shaderFor = oncePerKey((headWidth: number) => forwardShader(headTile(headWidth)));

function forwardShader(tile: HeadTile): Shader {
  const { headWidth, size, lanes } = tile;
  const [packed] = strides(tile);
  return {
    name: `attentionForward${headWidth}`,
    inputs: { qkv: "f32" },
    outputs: { y: "f32", log_sum_exp: "f32" },
    uniforms: { length: "u32", heads: "u32" },
    workgroup: [lanes, 1, 1],
    declarations: [
      weightTile(tile),
      rowTile("queries", tile),
      rowTile("keys", tile),
      rowTile("values", tile),
      ownQuads("acc", tile),
      ...["queries", "keys", "values"].map((into) =>
        loader(into, { into, from: "qkv", stride: packed }, tile),
      ),
      rowProduct("score", ["queries", "keys"], tile),
    ].join("\n"),
    main: `${setup(tile)}
  load_queries(lane, group.x * ${size}u, uniforms.length, at);

  var highest = ${LOWEST};
  var sum = 0.0;
  for (var block = 0u; block <= group.x; block++) {
    workgroupBarrier(); // the last block's weights and values have been used
    load_keys(lane, block * ${size}u, uniforms.length, at + width);
    load_values(lane, block * ${size}u, uniforms.length, at + 2u * width);
    workgroupBarrier();
    let visible = block * ${size}u + j <= row;
    let own_score = select(${LOWEST}, score(i, j) * scale, visible);
    weights[place(i, j)] = own_score;
    workgroupBarrier();
    var now = highest;
    for (var c = 0u; c < ${size}u; c++) { now = max(now, weights[place(i, c)]); }
    workgroupBarrier();
    weights[place(i, j)] = select(0.0, exp(own_score - now), visible);
    workgroupBarrier();
    let kept = exp(highest - now);
    highest = now;
    sum *= kept;
    for (var c = 0u; c < ${size}u; c++) { sum += weights[place(i, c)]; }
    ${eachOwnQuad(tile, (n) => `acc[${n}] *= kept;`)}
    ${accumulate("acc", "values", tile)}
  }

  if (row < uniforms.length) {
    let start = joined_at + row * width;
    ${eachOwnQuad(
      tile,
      (n, quad) =>
        `{ let value = acc[${n}] / sum; ${storeQuad("y", { at: "start", quad, value: "value" }, tile)} }`,
    )}
    if (j == 0u) {
      log_sum_exp[statistics + row] = highest + log(sum);
    }
  }`,
  };
}
