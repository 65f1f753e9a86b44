/** One transformer block of GPT-2: x += c_proj(attention(ln_1 x)), then x += c_proj(gelu(c_fc(ln_2 x))). */
import * as tf from "@tensorflow/tfjs-core";
import { gelu } from "../kernels/gelu";
import { layerNorm } from "../kernels/layer-norm";
import type { BlockWeights, LinearWeights } from "./weights";

export interface BlockContext {
  readonly epsilon: number;
  /** A linear map, with its adapter if it has one. [n, in] → [n, out] */
  readonly apply: (map: LinearWeights, x: tf.Tensor2D) => tf.Tensor2D;
  /** From c_attn's output to the heads' joined result. [n, 3·width] → [n, width] */
  readonly attend: (qkv: tf.Tensor2D) => tf.Tensor2D;
}

/** x [batch·length, width] → the same shape. */
export function block(
  x: tf.Tensor2D,
  { ln1, cAttn, attnProj, ln2, cFc, mlpProj }: BlockWeights,
  { epsilon, apply, attend }: BlockContext,
): tf.Tensor2D {
  const attended = attend(apply(cAttn, layerNorm(x, ln1.gain, ln1.bias, epsilon)));
  const middle = tf.add<tf.Tensor2D>(x, apply(attnProj, attended));
  const inner = gelu(apply(cFc, layerNorm(middle, ln2.gain, ln2.bias, epsilon)));
  return tf.add(middle, apply(mlpProj, inner));
}
