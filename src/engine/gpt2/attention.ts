/** Scaled dot-product attention over several heads (Vaswani et al. 2017, §3.2). */
import * as tf from "@tensorflow/tfjs-core";

/** Large enough that its exponential is 0 in float32 beside any score, small enough to stay finite when added. */
const MASKED = -1e9;

export interface Heads {
  readonly q: tf.Tensor4D; // each [batch, heads, length, headWidth]
  readonly k: tf.Tensor4D;
  readonly v: tf.Tensor4D;
}

/** c_attn's output, q | k | v along the last axis, heads contiguous: [batch·length, 3·width] → heads. */
export function splitHeads(
  qkv: tf.Tensor2D,
  [batch, length]: readonly [batch: number, length: number],
  heads: number,
): Heads {
  const [q, k, v] = tf.split(qkv, 3, 1).map((part) => {
    const byHead = tf.reshape(part, [batch, length, heads, part.shape[1]! / heads]);
    return tf.transpose(byHead, [0, 2, 1, 3]) as tf.Tensor4D;
  });
  return { q: q!, k: k!, v: v! };
}

/** The way back: [batch, heads, length, headWidth] → [batch·length, width]. */
export function joinHeads(x: tf.Tensor4D): tf.Tensor2D {
  const [batch, heads, length, headWidth] = x.shape;
  return tf.reshape(tf.transpose(x, [0, 2, 1, 3]), [batch * length, heads * headWidth]);
}

/** How a layer attends: from c_attn's output, [batch·length, 3·width], to the heads' joined result, [batch·length, width]. */
export type Attend = (qkv: tf.Tensor2D, layer: number) => tf.Tensor2D;

/**
 * softmax(q·kᵀ/√headWidth + mask)·v.
 *
 * @param mask  0 where a query may look, a large negative number elsewhere; broadcasts to [batch, heads, queries, keys].
 * @returns [batch, heads, queries, headWidth]
 */
export function attention({ q, k, v }: Heads, mask: tf.Tensor): tf.Tensor4D {
  const scores = tf.matMul(tf.mul(q, 1 / Math.sqrt(q.shape[3])), k, false, true);
  return tf.matMul(tf.softmax(tf.add(scores, mask)), v);
}

/** Full causal attention over right-padded rows of `length` tokens, heads contiguous along the width. */
export function causalAttention(
  shape: readonly [batch: number, length: number],
  heads: number,
): Attend {
  const mask = causalMask(shape[1]);
  return (qkv) => joinHeads(attention(splitHeads(qkv, shape, heads), mask));
}

/** Each position sees itself and what came before: [length, length]. */
export function causalMask(length: number): tf.Tensor2D {
  const mask = new Float32Array(length * length);
  for (let i = 0; i < length; i++) mask.fill(MASKED, i * length + i + 1, (i + 1) * length);
  return tf.tensor2d(mask, [length, length]);
}

/**
 * The mask of left-padded rows: query i of a row sees the keys from the row's first real token up to position
 * `offset + i`. [batch, 1, queries, keys]
 *
 * @param padding  how many positions at each row's start are padding.
 * @param offset   the position of the first query.
 */
export function paddedCausalMask(
  padding: readonly number[],
  { offset, queries, keys }: { offset: number; queries: number; keys: number },
): tf.Tensor4D {
  const mask = new Float32Array(padding.length * queries * keys).fill(MASKED);
  padding.forEach((first, row) => {
    for (let i = 0; i < queries; i++) {
      const start = (row * queries + i) * keys;
      const end = start + offset + i + 1;
      if (start + first < end) mask.fill(0, start + first, end);
    }
  });
  return tf.tensor4d(mask, [padding.length, 1, queries, keys]);
}
