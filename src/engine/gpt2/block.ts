/** One transformer block of GPT-2: x += c_proj(attention(ln_1 x)), then x += c_proj(gelu(c_fc(ln_2 x))). */
import type * as tf from "@tensorflow/tfjs-core";
import { forkNorm } from "../kernels/layer-norm";
import { linear } from "../kernels/linear";
import type { AdapterTerm } from "../kernels/linear-pass";
import { mlp, type MlpOptions } from "../kernels/mlp";
import type { BlockWeights, LinearWeights } from "./weights";

export interface BlockContext extends MlpOptions {
  readonly epsilon: number;
  /** What the adapter adds to a linear map; null: nothing. */
  readonly adapterOf: (map: LinearWeights) => AdapterTerm | null;
  /** From c_attn's output to the heads' joined result. [n, 3·width] → [n, width] */
  readonly attend: (qkv: tf.Tensor2D) => tf.Tensor2D;
}

/** x [batch·length, width] → the same shape. Without adapter 6 dispatches on webgpu and those of `attend`. */
export function block(
  x: tf.Tensor2D,
  { ln1, cAttn, attnProj, ln2, cFc, mlpProj }: BlockWeights,
  { epsilon, adapterOf, attend, ...options }: BlockContext,
): tf.Tensor2D {
  const apply = (map: LinearWeights, input: tf.Tensor2D, more = {}) =>
    linear(input, map.weight, map.bias, { adapter: adapterOf(map), ...more });
  const withAdapter = (map: LinearWeights) => ({ ...map, adapter: adapterOf(map) });

  const [branch, residual] = forkNorm(x, ln1.gain, ln1.bias, epsilon);
  const middle = apply(attnProj, attend(apply(cAttn, branch)), { residual });
  const [inner, past] = forkNorm(middle, ln2.gain, ln2.bias, epsilon);
  return mlp(inner, { inner: withAdapter(cFc), outer: withAdapter(mlpProj) }, past, options);
}
