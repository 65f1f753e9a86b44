/** Layer normalisation (Ba et al. 2016) with its own gradient. */
import * as tf from "@tensorflow/tfjs-core";
import { custom } from "./custom";
import { layerNormBackward, normalised } from "./layer-norm-backward";
import { layerNormFork, layerNormForward } from "./layer-norm-forward";
import { isTrainable } from "./linear-pass";

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
  return custom<tf.Tensor2D>(trainable ? [x, gain, bias] : [x], () => {
    const [value, moments] = layerNormForward({ x, gain, bias }, { epsilon });
    return {
      value,
      saved: [x, moments],
      gradients: (dy, [savedX, savedMoments]) => {
        const saved = { x: savedX as tf.Tensor2D, moments: savedMoments as tf.Tensor2D };
        const [dx] = layerNormBackward({ dy, gain, ...saved }, {});
        if (!trainable) return [dx];
        return [dx, gainGradient(dy, saved.x, saved.moments), tf.sum(dy, 0)];
      },
    };
  });
}

/**
 * The start of a residual branch: [the layer norm of x, x itself]. Whoever adds the second to the branch's result has its
 * gradient added to the norm's in one pass, where the tape would add two tensors.
 */
export function forkNorm(
  x: tf.Tensor2D,
  gain: tf.Tensor1D,
  bias: tf.Tensor1D,
  epsilon: number,
): [branch: tf.Tensor2D, residual: tf.Tensor2D] {
  const [branch, residual] = layerNormFork({ x, gain, bias }, { epsilon });
  return [branch, residual];
}

tf.registerGradient({
  kernelName: layerNormFork.kernelName,
  inputsToSave: ["x", "gain"],
  outputsToSave: [false, false, true],
  gradFunc: (dys, saved) => {
    const [dy, residual] = dys as unknown as [tf.Tensor2D, tf.Tensor2D];
    const [x, gain, moments] = saved as [tf.Tensor2D, tf.Tensor1D, tf.Tensor2D];
    return {
      x: () => layerNormBackward({ dy, x, gain, moments, residual }, {})[0],
      gain: () => gainGradient(dy, x, moments),
      bias: () => tf.sum(dy, 0),
    };
  },
});

function gainGradient(dy: tf.Tensor2D, x: tf.Tensor2D, moments: tf.Tensor2D): tf.Tensor {
  return tf.sum(tf.mul(dy, normalised(x, moments)), 0);
}
