/** LoRA training by tfjs's own loss, one tape over the whole model, and its own Adam. */
import * as tf from "@tensorflow/tfjs-core";
import { IGNORED, type LabelledSequence } from "../../../src/core/sft/labels";
import { plainHidden, type PlainGpt2, plainLogits } from "./model";

const MAX_NORM = 1;

/** Rows of one length, so that no padding has to be masked. */
export class PlainTrainer {
  readonly #model: PlainGpt2;
  readonly #variables: tf.Variable[];
  readonly #adam: tf.Optimizer;

  constructor(model: PlainGpt2, variables: readonly tf.Variable[], learningRate: number) {
    this.#model = model;
    this.#variables = [...variables];
    this.#adam = tf.train.adam(learningRate, 0.9, 0.999, 1e-8);
  }

  /** One step: @returns the mean loss before the update, in nats a token. */
  async step(sequences: readonly LabelledSequence[]): Promise<number> {
    const loss = tf.tidy(() => {
      const { value, grads } = tf.variableGrads(
        () => plainLoss(this.#model, sequences),
        this.#variables,
      );
      this.#adam.applyGradients(clip(grads));
      return value;
    });
    const [nats] = await loss.data();
    loss.dispose();
    return nats!;
  }

  dispose(): void {
    this.#adam.dispose();
  }
}

/** Mean cross-entropy over the labels that count, each against the logits of the position before it. */
export function plainLoss(model: PlainGpt2, sequences: readonly LabelledSequence[]): tf.Scalar {
  const ids = tf.tensor2d(
    sequences.map(({ ids }) => ids.slice(0, -1)),
    undefined,
    "int32",
  );
  const labels = sequences.flatMap(({ labels }) => labels.slice(1));
  const targets = labels.map((label) => Math.max(0, label));
  const counted = labels.map((label) => Number(label !== IGNORED));
  const logits = plainLogits(model, plainHidden(model, ids).hidden);
  const oneHot = tf.oneHot(tf.tensor1d(targets, "int32"), model.config.vocabulary);
  // Through int32: on wasm tf.oneHot writes integers whatever type it is asked for.
  return tf.losses.softmaxCrossEntropy<tf.Tensor, tf.Scalar>(
    tf.cast(oneHot, "float32"),
    logits,
    tf.tensor1d(counted),
  );
}

/** Scales all gradients by min(1, 1/norm). */
export function clip(gradients: tf.NamedTensorMap): tf.NamedTensorMap {
  const squares = Object.values(gradients).map((g) => tf.sum(tf.square(g)));
  const norm = tf.sqrt(tf.sum(tf.stack(squares)));
  const factor = tf.minimum(1, tf.div(MAX_NORM, tf.add(norm, 1e-6)));
  return Object.fromEntries(
    Object.entries(gradients).map(([name, g]) => [name, tf.mul(g, factor)]),
  );
}
