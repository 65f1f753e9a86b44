/** What the decoding projections mean, in plain ops: their twins are made of these. */
import * as tf from "@tensorflow/tfjs-core";
import { layerNormForward } from "../layer-norm-forward";
import { affine as plainAffine } from "../plain-products";

export interface Affine {
  readonly weight: tf.Tensor2D; // [width, columns]
  readonly bias: tf.Tensor1D; // [columns]
  /** The adapter's Aᵀ [width, rank] above s·B [columns, rank], the rank padded to a multiple of 4. */
  readonly lora: tf.Tensor2D | undefined;
}

/** The layer norm of x by norm, [2, width]: gain and bias. */
export function normalised(x: tf.Tensor2D, norm: tf.Tensor2D, epsilon: number): tf.Tensor2D {
  const [gain, bias] = tf.unstack(norm) as [tf.Tensor1D, tf.Tensor1D];
  return layerNormForward({ x, gain, bias }, { epsilon })[0];
}

/** x·W + b + (x·Aᵀ)·(s·B)ᵀ. x [rows, width] → [rows, columns]. */
export function affine(x: tf.Tensor2D, { weight, bias, lora }: Affine): tf.Tensor2D {
  const y = plainAffine(x, weight, bias);
  if (lora === undefined) return y;
  const [width, columns] = weight.shape;
  const [down, up] = tf.split(lora, [width, columns]) as [tf.Tensor2D, tf.Tensor2D];
  return tf.add(y, tf.matMul(tf.matMul(x, down), tf.transpose(up)));
}
