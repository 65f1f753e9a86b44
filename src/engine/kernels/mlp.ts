/** A transformer block's feed-forward layer as one op, so that GELU and its slope cost no pass of their own. */
import * as tf from "@tensorflow/tfjs-core";
import { custom } from "./custom";
import {
  backward,
  enter,
  forward,
  type LinearMap,
  pack,
  parametersOf,
  unpack,
} from "./linear-pass";

export interface MlpOptions {
  /** Only the gradient is wanted: the value is left out, and what the op returns is the residual. */
  readonly valueUnused?: boolean;
}

/** y = outer(GELU(inner(x))) + residual. x, residual [n, width] → [n, width]. */
export function mlp(
  x: tf.Tensor2D,
  { inner, outer }: { readonly inner: LinearMap; readonly outer: LinearMap },
  residual: tf.Tensor2D,
  { valueUnused = false }: MlpOptions = {},
): tf.Tensor2D {
  const inputs = [x, residual, ...parametersOf(inner), ...parametersOf(outer)];
  return custom<tf.Tensor2D>(inputs, () => {
    const pass = enter(x, inner);
    const [activated, u] = forward(x, inner, pass, { gelu: true });
    const outerPass = enter(activated, outer);
    const value = valueUnused
      ? tf.clone(residual)
      : forward(activated, outer, outerPass, { residual })[0];
    return {
      value,
      saved: [u!, ...pack(pass), ...pack(outerPass)],
      gradients: (dy, [savedU, ...kept]) => {
        const savedPass = unpack(inner, kept);
        const back = backward(dy, outer, unpack(outer, kept), savedU as tf.Tensor2D);
        const { dx, parameters } = backward(back.dx, inner, savedPass);
        return [dx, tf.clone(dy), ...parameters, ...back.parameters];
      },
    };
  });
}
