/** How likely a model finds given tokens, from the hidden states that predict them. */
import * as tf from "@tensorflow/tfjs-core";
import type { Gpt2 } from "../gpt2/model";
import { custom } from "../kernels/custom";
import { isTrainable } from "../kernels/linear-pass";
import { pick } from "../kernels/token-scores/plain";
import { tokenScores } from "../kernels/token-scores/token-scores";

export interface TokenScores {
  readonly logProbs: tf.Tensor1D; // nats
  readonly entropy: tf.Tensor1D; // of the distribution that the token was one outcome of; no gradient
}

/**
 * Differentiable with respect to the states, and to wte where it is trained: only then all logits exist at once.
 *
 * @param states   after the final norm, [n, width].
 * @param targets  int32 [n]
 */
export function scoreTokens(model: Gpt2, states: tf.Tensor2D, targets: tf.Tensor1D): TokenScores {
  const { wte } = model.weights;
  if (isTrainable(wte)) {
    const logits = model.logits(states) as tf.Tensor2D;
    return { logProbs: tokenLogProbs(logits, targets), entropy: entropy(logits) };
  }
  const inputs = { states, targets, ...tiedHead(model) };
  const [logProbs, , entropies, slope] = tokenScores(inputs, { gradient: true });
  return {
    logProbs: custom<tf.Tensor1D>([states], () => ({
      value: tf.clone(logProbs as tf.Tensor1D),
      saved: [slope!],
      gradients: (dy, [saved]) => [tf.mul(tf.expandDims(dy, 1), saved!)],
    })),
    entropy: entropies as tf.Tensor1D,
  };
}

/** The head's weights as its kernels take them. */
export function tiedHead(model: Gpt2) {
  return { wte: model.weights.wte, transposed: model.transposedHead() ?? undefined };
}

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
