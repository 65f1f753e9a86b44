/** Layer normalisation (Ba et al. 2016) with its own gradient: a third of the passes of tfjs's op by op one. */
import * as tf from "@tensorflow/tfjs-core";
import { custom } from "./custom";
import { isTrainable } from "./linear";

/**
 * y = (x − mean)/√(var + ε)·gain + bias over the last axis, with the biased variance.
 * x [n, d], gain [d], bias [d] → [n, d].
 */
export function layerNorm(
  x: tf.Tensor2D,
  gain: tf.Tensor1D,
  bias: tf.Tensor1D,
  epsilon: number,
): tf.Tensor2D {
  const trainable = isTrainable(gain);
  return custom<tf.Tensor2D>(trainable ? [x, gain, bias] : [x], ([input]) => {
    const centred = tf.sub(input!, tf.mean(input!, 1, true));
    const scale = tf.rsqrt(tf.add(tf.mean(tf.square(centred), 1, true), epsilon)); // [n, 1]
    const normal = tf.mul(centred, scale);
    return {
      value: tf.add(tf.mul(normal, gain), bias),
      saved: [normal, scale],
      gradients: (dy, [savedNormal, savedScale]) => {
        const dx = inputGradient(tf.mul(dy, gain), savedNormal!, savedScale!);
        return trainable ? [dx, tf.sum(tf.mul(dy, savedNormal!), 0), tf.sum(dy, 0)] : [dx];
      },
    };
  });
}

/** With g = dL/dnormal: dx = scale·(g − mean(g) − normal·mean(g·normal)). */
function inputGradient(g: tf.Tensor, normal: tf.Tensor, scale: tf.Tensor): tf.Tensor {
  const along = tf.mean(tf.mul(g, normal), 1, true);
  return tf.mul(scale, tf.sub(tf.sub(g, tf.mean(g, 1, true)), tf.mul(normal, along)));
}
