/** Layer normalisation (Ba et al. 2016) with its own gradient. */
import type * as tf from "@tensorflow/tfjs-core";
import { custom } from "./custom";
import { layerNormBackward, normGradients } from "./layer-norm-backward";
import { layerNormForward } from "./layer-norm-forward";
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
        return trainable ? [dx, ...normGradients({ dy, ...saved })] : [dx];
      },
    };
  });
}
