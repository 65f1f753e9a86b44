/** The way into attention of one new token a row: layer norm and c_attn; key and value go into the cache at once. */
import * as tf from "@tensorflow/tfjs-core";
import { normal } from "../example";
import { defineKernel } from "../kernel";
import { exampleNorm, PROJECTION_SIZES, projectionInputs, titleOf } from "./examples";
import { hostIntegers, hostView } from "./host-view";
import { affine, normalised } from "./plain";
import { projectionShaders, runProjection } from "./projection";
import { readRows } from "./rows";
import { affine as simdAffine } from "./simd";

interface ProjectQkv extends Record<string, tf.Tensor | undefined> {
  readonly x: tf.Tensor2D; // [live, width]
  readonly norm: tf.Tensor2D; // [2, width]: gain, bias
  readonly weight: tf.Tensor2D; // [width, 3·width]
  readonly bias: tf.Tensor1D;
  readonly lora: tf.Tensor2D | undefined;
  readonly rows: tf.Tensor2D; // int32 [live, 4]
  readonly cache: tf.Tensor3D; // [rows, slots, 2·width]: key | value
}

/**
 * q | k | v = LN(x)·W + b [+ adapter]. → q [live, width], and the cache with k | v written in place at [row, drawn − 1].
 */
export const projectQkv = defineKernel<ProjectQkv, { epsilon: number }, [tf.Tensor2D, tf.Tensor3D]>(
  {
    name: "decodeProjectQkv",
    plain: ({ x, norm, rows, cache, ...map }, { epsilon }) => {
      const [live, width] = x.shape;
      const qkv = affine(normalised(x, norm, epsilon), map);
      const q = tf.slice(qkv, [0, 0], [live, width]);
      keepKeysAndValues(qkv, rows, cache);
      return [q, tf.clone(cache)];
    },
    wasm: (simd, { x, norm, rows, cache, ...map }, { epsilon }) => {
      const [live, width] = x.shape;
      if (!simd.multiplies(width)) return null;
      const unit = simd.layerNorm(x, norm, epsilon);
      const qkv = simdAffine(simd, unit, map);
      const q = simd.empty([live, width]);
      const [all, query] = [hostView(qkv), hostView(q)];
      for (let i = 0; i < live; i++) {
        query.set(all.subarray(3 * i * width, (3 * i + 1) * width), i * width);
      }
      keepKeysAndValues(qkv, rows, cache);
      simd.dispose(unit, qkv);
      return [q, simd.share(cache)];
    },
    webgpu: (gpu, { rows, cache, ...operands }, { epsilon }) => {
      const q = gpu.empty(operands.x.shape);
      runProjection(gpu, SHADERS, operands, {
        inputs: [rows],
        outputs: [q, cache],
        uniforms: { epsilon, slots: cache.shape[1] },
      });
      return [q, gpu.share(cache, cache.shape)];
    },
    examples: () =>
      PROJECTION_SIZES.map(({ rows, width, rank }) => ({
        title: titleOf({ rows, width, columns: 3 * width, rank }),
        inputs: {
          ...projectionInputs({ rows, width, columns: 3 * width, rank }),
          norm: exampleNorm(width),
          rows: { shape: [rows, 4], values: backwards(rows) },
          cache: normal("cache", [rows + 1, 2, 2 * width]),
        },
        attributes: { epsilon: 1e-5 },
      })),
  },
);

/** Writes each live row's key | value of q | k | v, [live, 3·width], to its place in the cache. */
function keepKeysAndValues(qkv: tf.TensorInfo, rows: tf.TensorInfo, cache: tf.TensorInfo): void {
  const [, slots, both] = cache.shape as [number, number, number];
  const width = both / 2;
  const [all, kept] = [hostView(qkv), hostView(cache)];
  for (const [i, { row, drawn }] of readRows(hostIntegers(rows)).entries()) {
    const keyValue = all.subarray((3 * i + 1) * width, (3 * i + 3) * width);
    kept.set(keyValue, (row * slots + drawn - 1) * both);
  }
}

/** Row i of the batch is row `rows − i` of the cache, and has drawn one token or two. */
function backwards(rows: number): Int32Array {
  const cells = Array.from({ length: rows }, (_, i) => [rows - i, 0, 0, 1 + (i % 2)]);
  return Int32Array.from(cells.flat());
}

const SHADERS = projectionShaders({
  name: "decodeProjectQkv",
  normalised: true,
  inputs: { live: "vec4<i32>" },
  outputs: { q: "f32", cache: "f32" },
  uniforms: { slots: "u32" },
  finish: `
  if (column < uniforms.width) {
    q[row * uniforms.width + column] = value;
  } else {
    let place = u32(live[row].x) * uniforms.slots + u32(live[row].w) - 1u;
    cache[2u * place * uniforms.width + column - uniforms.width] = value;
  }`,
});
