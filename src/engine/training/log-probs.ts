import * as tf from "@tensorflow/tfjs-core";
import { custom } from "../kernels/custom";

/**
 * Log-probabilities of tokens: yᵢ = zᵢ[targetᵢ] − log Σᵥ exp zᵢ[v], with the gradient dyᵢ·(one-hot − softmax).
 * One op, so that the tape holds no copy of the distribution; picking from the flat array avoids the batched gather,
 * which gives wrong values on wasm.
 *
 * @param logits   [n, vocabulary]
 * @param targets  int32 [n]
 * @returns        [n], in nats
 */
export function tokenLogProbs(logits: tf.Tensor2D, targets: tf.Tensor1D): tf.Tensor1D {
  const [, vocabulary] = logits.shape;
  return custom<tf.Tensor1D>([logits], ([z]) => {
    const normaliser = tf.logSumExp(z!, 1);
    return {
      value: tf.sub<tf.Tensor1D>(pick(z as tf.Tensor2D, targets), normaliser),
      saved: [z!, normaliser, targets],
      gradients: (dy, [savedLogits, savedNormaliser, savedTargets]) => {
        const softmax = tf.exp(tf.sub(savedLogits!, tf.expandDims(savedNormaliser!, 1)));
        const oneHot = tf.oneHot(savedTargets as tf.Tensor1D, vocabulary);
        return [tf.mul(tf.expandDims(dy, 1), tf.sub(oneHot, softmax))];
      },
    };
  });
}

/** Entropy of each row's distribution, in nats: log Σ exp z − Σ softmax(z)·z. logits [n, vocabulary] → [n]. */
export function entropy(logits: tf.Tensor2D): tf.Tensor1D {
  return tf.tidy(() =>
    tf.sub<tf.Tensor1D>(tf.logSumExp(logits, 1), tf.sum(tf.mul(tf.softmax(logits), logits), 1)),
  );
}

/**
 * Kullback–Leibler divergence of each row, in nats: Σᵥ p·(log p − log q) from the logits of p and q.
 * Both [n, vocabulary] → [n].
 */
export function divergence(p: tf.Tensor2D, q: tf.Tensor2D): tf.Tensor1D {
  return tf.tidy(() => {
    const [logP, logQ] = [tf.logSoftmax(p), tf.logSoftmax(q)];
    return tf.sum<tf.Tensor1D>(tf.mul(tf.exp(logP), tf.sub(logP, logQ)), 1);
  });
}

function pick(logits: tf.Tensor2D, targets: tf.Tensor1D): tf.Tensor1D {
  const [rows, vocabulary] = logits.shape;
  const offsets = tf.range(0, rows * vocabulary, vocabulary, "int32");
  return tf.gather(tf.reshape(logits, [-1]), tf.add(offsets, targets));
}
