/** How a layer of GPT-2 attends (Vaswani et al. 2017, §3.2). */
import type * as tf from "@tensorflow/tfjs-core";
import type { AttentionShape } from "../kernels/attention/forward";

export interface Attend {
  readonly shape: AttentionShape;
  /** Sees each layer's queries, keys and values, c_attn's output [batch·length, 3·width], before they are used. */
  readonly observe?: (qkv: tf.Tensor2D) => void;
}

/** Full causal attention over right-padded rows of `length` tokens, heads contiguous along the width. */
export function causalAttention(
  [batch, length]: readonly [batch: number, length: number],
  heads: number,
): Attend {
  return { shape: { batch, length, heads } };
}
