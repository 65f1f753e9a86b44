/** How a layer of GPT-2 attends (Vaswani et al. 2017, §3.2). */
import type * as tf from "@tensorflow/tfjs-core";
import { causalSelfAttention } from "../kernels/attention/attention";

/** From c_attn's output, [batch·length, 3·width], to the heads' joined result, [batch·length, width]. */
export type Attend = (qkv: tf.Tensor2D) => tf.Tensor2D;

/** Full causal attention over right-padded rows of `length` tokens, heads contiguous along the width. */
export function causalAttention(
  [batch, length]: readonly [batch: number, length: number],
  heads: number,
): Attend {
  return (qkv) => causalSelfAttention(qkv, { batch, length, heads });
}
