/** GPT-2's GELU ("gelu_new"): the tanh approximation (Hendrycks & Gimpel 2016, §2). */
import * as tf from "@tensorflow/tfjs-core";
import { custom } from "./custom";

const SLOPE = 2 * Math.sqrt(2 / Math.PI);
const CUBIC = 0.044715;

/**
 * y = ½x(1 + tanh(√(2/π)(x + 0.044715x³))), elementwise, computed as x·σ(u), u = 2√(2/π)(x + 0.044715x³): the same
 * function, and on wasm the logistic is many times faster than tanh.
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  return custom<T>([x], ([input]) => {
    const squared = tf.square(input!);
    const sigma = tf.sigmoid(tf.mul(input!, tf.add(tf.mul(squared, SLOPE * CUBIC), SLOPE)));
    return {
      value: tf.mul<T>(input!, sigma),
      saved: [input!, sigma],
      gradients: (dy, [savedX, savedSigma]) => [tf.mul(dy, slope(savedX!, savedSigma!))],
    };
  });
}

/** dy/dx = σ + xσ(1 − σ)·u′, u′ = 2√(2/π)(1 + 3·0.044715x²). */
function slope(x: tf.Tensor, sigma: tf.Tensor): tf.Tensor {
  const inner = tf.add(tf.mul(tf.square(x), 3 * SLOPE * CUBIC), SLOPE);
  const curved = tf.mul(tf.mul(x, inner), tf.sub(1, sigma));
  return tf.mul(sigma, tf.add(curved, 1));
}
