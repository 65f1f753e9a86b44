/** Causal self-attention with its gradient, from c_attn's packed output. */
import type * as tf from "@tensorflow/tfjs-core";
import { custom } from "../custom";
import { attentionBackward } from "./backward";
import { attentionForward, type AttentionShape } from "./forward";

/** Each head's softmax(q·kᵀ/√headWidth)·v over the keys up to the query's own. qkv [batch·length, 3·width] → [batch·length, width]. */
export function causalSelfAttention(qkv: tf.Tensor2D, shape: AttentionShape): tf.Tensor2D {
  return custom<tf.Tensor2D>([qkv], ([input]) => {
    const [value, logSumExp] = attentionForward({ qkv: input as tf.Tensor2D }, shape);
    return {
      value,
      saved: [input!, value, logSumExp],
      gradients: (dy, [savedQkv, y, savedLogSumExp]) =>
        attentionBackward(
          {
            dy,
            qkv: savedQkv as tf.Tensor2D,
            y: y as tf.Tensor2D,
            logSumExp: savedLogSumExp as tf.Tensor1D,
          },
          shape,
        ),
    };
  });
}
