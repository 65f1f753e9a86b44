/** One transformer block of GPT-2 as one op: x += c_proj(attention(ln_1 x)), then x += c_proj(gelu(c_fc(ln_2 x))). */
import type * as tf from "@tensorflow/tfjs-core";
import { custom } from "../kernels/custom";
import {
  adapted,
  blockBackward,
  type BlockContext,
  blockForward,
  pack,
  parametersOf,
  unpack,
} from "./block-pass";
import type { BlockWeights } from "./weights";

/** x [batch·length, width] → the same shape. */
export function block(
  x: tf.Tensor2D,
  weights: BlockWeights,
  { adapterOf, ...context }: BlockContext,
): tf.Tensor2D {
  const own = adapted(weights, adapterOf);
  return custom<tf.Tensor2D>([x, ...parametersOf(own)], () => {
    const { value, pass } = blockForward(x, own, context);
    return {
      value,
      saved: pack(pass),
      gradients: (dy, saved) => {
        const { dx, parameters } = blockBackward(dy, own, context.attend, unpack(own, saved));
        return [dx, ...parameters];
      },
    };
  });
}
