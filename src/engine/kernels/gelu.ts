/** GPT-2's GELU ("gelu_new"): the tanh approximation (Hendrycks & Gimpel 2016, §2). */
import * as tf from "@tensorflow/tfjs-core";
import { custom } from "./custom";

export const SLOPE = 2 * Math.sqrt(2 / Math.PI);
export const CUBIC = 0.044715;

/**
 * y = ½x(1 + tanh(√(2/π)(x + 0.044715x³))), elementwise, computed as x·σ(u), u = 2√(2/π)(x + 0.044715x³): the same
 * function, and on wasm the logistic is many times faster than tanh.
 */
export function gelu<T extends tf.Tensor>(x: T): T {
  return custom<T>([x], ([input]) => ({
    value: tf.mul<T>(input!, logistic(input!)),
    saved: [input!],
    gradients: (dy, [saved]) => [tf.mul(dy, geluSlope(saved!))],
  }));
}

/** dy/dx = σ + xσ(1 − σ)·u′, u′ = 2√(2/π)(1 + 3·0.044715x²), elementwise. */
export function geluSlope<T extends tf.Tensor>(x: T): T {
  return tf.tidy(() => {
    const sigma = logistic(x);
    const inner = tf.add(tf.mul(tf.square(x), 3 * SLOPE * CUBIC), SLOPE);
    const curved = tf.mul(tf.mul(x, inner), tf.sub(1, sigma));
    return tf.mul<T>(sigma, tf.add(curved, 1));
  });
}

/** σ(u). */
function logistic(x: tf.Tensor): tf.Tensor {
  return tf.tidy(() => tf.sigmoid(tf.mul(x, tf.add(tf.mul(tf.square(x), SLOPE * CUBIC), SLOPE))));
}

/** `gelu(x)` and `gelu_slope(x)` of four numbers as WGSL. Clamped where σ is 0 or 1, so that exp stays finite. */
export const GELU_FUNCTIONS = `
fn logistic(x : vec4<f32>) -> vec4<f32> {
  let u = x * (${SLOPE} + ${SLOPE * CUBIC} * x * x);
  return 1.0 / (1.0 + exp(-clamp(u, vec4<f32>(-80.0), vec4<f32>(80.0))));
}
fn gelu(x : vec4<f32>) -> vec4<f32> { return x * logistic(x); }
fn gelu_slope(x : vec4<f32>) -> vec4<f32> {
  let sigma = logistic(x);
  return sigma * (1.0 + x * (${SLOPE} + ${3 * SLOPE * CUBIC} * x * x) * (1.0 - sigma));
}`;
