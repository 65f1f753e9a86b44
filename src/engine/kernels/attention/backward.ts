/**
 * The gradient of causal attention, tile by tile from the packed projections and the saved log Σ exp (Dao et al. 2022,
 * appendix B.4). A query's gradient and a key's are sums of their own, so two shaders, neither of which needs atomics.
 */
import type * as tf from "@tensorflow/tfjs-core";
import { oncePerKey, type Shader } from "../../webgpu/shader";
import { groupsFor } from "../../webgpu/gpu";
import { normal } from "../example";
import { defineKernel } from "../kernel";
import { ATTENTION_SIZES, type AttentionShape } from "./forward";
import { plainBackward } from "./plain";
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

export interface AttentionGradient extends Record<string, tf.Tensor | undefined> {
  readonly dy: tf.Tensor2D; // [batch·length, width]
  readonly qkv: tf.Tensor2D; // [batch·length, 3·width]
  readonly y: tf.Tensor2D;
  readonly logSumExp: tf.Tensor1D; // [batch·heads·length]
}

/**
 * With p the weights, dp = dy·vᵀ and ds = p∘(dp − Σ dy∘y)/√headWidth:
 * dq = ds·k, dk = dsᵀ·q, dv = pᵀ·dy → dqkv, packed as qkv is.
 */
export const attentionBackward = defineKernel<AttentionGradient, AttentionShape, [tf.Tensor2D]>({
  name: "attentionBackward",
  plain: (inputs, shape) => [plainBackward(inputs, shape)],
  webgpu: (gpu, { dy, qkv, y, logSumExp }, { batch, length, heads }) => {
    const tile = headTile(qkv.shape[1] / 3 / heads);
    const { queries, keys } = shadersFor(tile.headWidth);
    const dqkv = gpu.empty(qkv.shape);
    const along = gpu.empty(logSumExp.shape);
    const uniforms = { length, heads };
    const groups = [groupsFor(length, tile.size), heads, batch] as const;
    gpu.run(queries, { inputs: [dy, qkv, y, logSumExp], outputs: [dqkv, along], uniforms, groups });
    gpu.run(keys, { inputs: [dy, qkv, logSumExp, along], outputs: [dqkv], uniforms, groups });
    gpu.dispose(along);
    return [dqkv];
  },
  examples: () =>
    ATTENTION_SIZES.map(({ batch, length, heads, headWidth }) => {
      const [rows, width] = [batch * length, heads * headWidth];
      return {
        title: `${batch} × ${length}, ${heads} heads of ${headWidth}`,
        inputs: {
          dy: normal("dy", [rows, width]),
          qkv: normal("qkv", [rows, 3 * width]),
          y: normal("y", [rows, width]),
          logSumExp: normal("logSumExp", [batch * heads * length]),
        },
        attributes: { batch, length, heads },
        tolerance: { rtol: 1e-4, atol: 5e-5 }, // sums of 64 products
      };
    }),
});

const shadersFor = oncePerKey((headWidth: number) => {
  const tile = headTile(headWidth);
  return { queries: queriesShader(tile), keys: keysShader(tile) };
});

/** dq of a tile of queries, and each query's Σ dy∘y, `along`. Rows are queries, columns keys. */
function queriesShader(tile: HeadTile): Shader {
  const { headWidth, size, lanes } = tile;
  const [packed, joined] = strides(tile);
  return {
    name: `attentionBackwardQueries${headWidth}`,
    inputs: { dy: "f32", qkv: "f32", y: "f32", log_sum_exp: "f32" },
    outputs: { dqkv: "f32", along: "f32" },
    uniforms: { length: "u32", heads: "u32" },
    workgroup: [lanes, 1, 1],
    declarations: [
      weightTile(tile),
      rowTile("queries", tile),
      rowTile("dy_rows", tile),
      rowTile("stream", tile), // values, then keys
      ownQuads("dq", tile),
      loader("queries", { into: "queries", from: "qkv", stride: packed }, tile),
      loader("dy", { into: "dy_rows", from: "dy", stride: joined }, tile),
      loader("stream", { into: "stream", from: "qkv", stride: packed }, tile),
      rowProduct("score", ["queries", "stream"], tile),
      rowProduct("weight_gradient", ["dy_rows", "stream"], tile),
      loader("y", { into: "stream", from: "y", stride: joined }, tile),
    ].join("\n"),
    main: `${setup(tile)}
  let first = group.x * ${size}u;
  load_queries(lane, first, uniforms.length, at);
  load_dy(lane, first, uniforms.length, joined_at);
  load_y(lane, first, uniforms.length, joined_at);
  workgroupBarrier();
  let own_along = weight_gradient(i, i); // every lane of a row computes it
  if (j == 0u && row < uniforms.length) { along[statistics + row] = own_along; }
  let normaliser = log_sum_exp[statistics + min(row, uniforms.length - 1u)];

  for (var block = 0u; block <= group.x; block++) {
    workgroupBarrier(); // the stream has been read
    load_stream(lane, block * ${size}u, uniforms.length, at + 2u * width);
    workgroupBarrier();
    let dp = weight_gradient(i, j);
    workgroupBarrier();
    load_stream(lane, block * ${size}u, uniforms.length, at + width);
    workgroupBarrier();
    let p = exp(score(i, j) * scale - normaliser);
    let visible = block * ${size}u + j <= row;
    weights[place(i, j)] = select(0.0, p * (dp - own_along) * scale, visible);
    workgroupBarrier();
    ${accumulate("dq", "stream", tile)}
  }

  if (row < uniforms.length) {
    let start = at + row * 3u * width;
    ${eachOwnQuad(tile, (n, quad) => storeQuad("dqkv", { at: "start", quad, value: `dq[${n}]` }, tile))}
  }`,
  };
}

/** dk and dv of a tile of keys. Rows are keys, columns queries, which stream by: q, dy, and q again, to save memory. */
function keysShader(tile: HeadTile): Shader {
  const { headWidth, size, lanes } = tile;
  const [packed, joined] = strides(tile);
  return {
    name: `attentionBackwardKeys${headWidth}`,
    inputs: { dy: "f32", qkv: "f32", log_sum_exp: "f32", along: "f32" },
    outputs: { dqkv: "f32" },
    uniforms: { length: "u32", heads: "u32" },
    workgroup: [lanes, 1, 1],
    declarations: [
      weightTile(tile),
      rowTile("keys", tile),
      rowTile("values", tile),
      rowTile("stream", tile),
      ownQuads("dk", tile),
      ownQuads("dv", tile),
      loader("keys", { into: "keys", from: "qkv", stride: packed }, tile),
      loader("values", { into: "values", from: "qkv", stride: packed }, tile),
      loader("queries", { into: "stream", from: "qkv", stride: packed }, tile),
      loader("dy", { into: "stream", from: "dy", stride: joined }, tile),
      rowProduct("score", ["keys", "stream"], tile),
      rowProduct("weight_gradient", ["values", "stream"], tile),
    ].join("\n"),
    main: `${setup(tile)}
  load_keys(lane, group.x * ${size}u, uniforms.length, at + width);
  load_values(lane, group.x * ${size}u, uniforms.length, at + 2u * width);
  let blocks = (uniforms.length + ${size - 1}u) / ${size}u;

  for (var block = group.x; block < blocks; block++) {
    let query = block * ${size}u + j;
    let visible = row <= query && query < uniforms.length;
    let entry = statistics + min(query, uniforms.length - 1u);
    workgroupBarrier(); // weights and stream have been read
    load_queries(lane, block * ${size}u, uniforms.length, at);
    workgroupBarrier();
    let p = select(0.0, exp(score(i, j) * scale - log_sum_exp[entry]), visible);
    weights[place(i, j)] = p;
    workgroupBarrier();
    load_dy(lane, block * ${size}u, uniforms.length, joined_at);
    workgroupBarrier();
    let ds = p * (weight_gradient(i, j) - along[entry]) * scale;
    ${accumulate("dv", "stream", tile)}
    workgroupBarrier();
    weights[place(i, j)] = ds;
    load_queries(lane, block * ${size}u, uniforms.length, at);
    workgroupBarrier();
    ${accumulate("dk", "stream", tile)}
  }

  if (row < uniforms.length) {
    let start = at + row * 3u * width;
    ${eachOwnQuad(
      tile,
      (n, quad) =>
        `${storeQuad("dqkv", { at: "start + width", quad, value: `dk[${n}]` }, tile)}
    ${storeQuad("dqkv", { at: "start + 2u * width", quad, value: `dv[${n}]` }, tile)}`,
    )}
  }`,
  };
}
