/** A PPO step by tfjs's own operations: whole distributions, one tape over the whole model, tfjs's Adam. */
import * as tf from "@tensorflow/tfjs-core";
import { batchAdvantages } from "../../../src/core/ppo/batch-advantages";
import type { PpoConfig } from "../../../src/core/ppo/config";
import { responseLayout, type Rollout } from "../../../src/core/ppo/layout";
import { tokenKl, tokenRewards } from "../../../src/core/ppo/token-rewards";
import { plainHidden, type PlainGpt2, plainLogits, type PlainOptions } from "./model";

export interface PlainValueHead {
  readonly weight: tf.Variable; // [1, width]
  readonly bias: tf.Variable; // [1]
}

/** Means over the tokens of an epoch's batch; nats and score units. */
export interface PlainPpoLosses {
  readonly policy: number;
  readonly value: number;
  readonly entropy: number;
}

/** One rollout, the whole batch in each epoch; KL penalty "kl", no score scaling, no clipping of gradients. */
export class PlainPpo {
  readonly #model: PlainGpt2;
  readonly #head: PlainValueHead;
  readonly #variables: tf.Variable[];
  readonly #config: PpoConfig;
  readonly #adam: tf.Optimizer;

  constructor(
    model: PlainGpt2,
    head: PlainValueHead,
    policy: readonly tf.Variable[],
    config: PpoConfig,
  ) {
    this.#model = model;
    this.#head = head;
    this.#variables = [...policy, head.weight, head.bias];
    this.#config = config;
    this.#adam = tf.train.adam(config.learningRate, 0.9, 0.999, 1e-8);
  }

  /** @returns the losses of each epoch, before its update. */
  async step(rollout: Rollout, score: number): Promise<PlainPpoLosses[]> {
    const before = tf.tidy(() => {
      const { hidden, logProbs } = this.#response(rollout);
      const reference = this.#response(rollout, { adapterOff: true }).logProbs;
      return [logProbs, reference, this.#values(hidden)];
    });
    const [oldLogProbs, reference, values] = (await readAll(before)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const kl = tokenKl(oldLogProbs, reference, "kl");
    const rewards = tokenRewards(kl, score, this.#config.initialKlCoefficient);
    const aims = batchAdvantages(rewards, values, responseLayout([rollout]), this.#config);
    const epochs: PlainPpoLosses[] = [];
    for (let epoch = 0; epoch < this.#config.ppoEpochs; epoch++) {
      epochs.push(await this.#epoch(rollout, { oldLogProbs, values, ...aims }));
    }
    return epochs;
  }

  dispose(): void {
    this.#adam.dispose();
  }

  async #epoch(
    rollout: Rollout,
    sampled: Record<"oldLogProbs" | "values" | "advantages" | "returns", Float32Array>,
  ): Promise<PlainPpoLosses> {
    const observed: tf.Tensor[] = [];
    tf.tidy(() => {
      const { grads } = tf.variableGrads(() => {
        const { hidden, logProbs, distribution } = this.#response(rollout);
        const policy = this.#policyLoss(logProbs, sampled);
        const value = this.#valueLoss(this.#values(hidden), sampled);
        const entropy = tf.neg(tf.mean(tf.sum(tf.mul(tf.exp(distribution), distribution), 1)));
        observed.push(...[policy, value, entropy].map((x) => tf.keep(x)));
        return tf.add<tf.Scalar>(policy, tf.mul(value, this.#config.valueCoefficient));
      }, this.#variables);
      this.#adam.applyGradients(grads);
    });
    const [policy, value, entropy] = (await readAll(observed)).map(([x]) => x!);
    return { policy: policy!, value: value!, entropy: entropy! };
  }

  /** Hidden states before each response token, [tokens, width], and the tokens' log-probabilities. */
  #response({ query, response }: Rollout, options: PlainOptions = {}) {
    const { width, vocabulary } = this.#model.config;
    const ids = tf.tensor2d([[...query, ...response]], undefined, "int32");
    const all = plainHidden(this.#model, ids, options).hidden;
    const from = [0, query.length - 1, 0];
    const hidden = tf.reshape(tf.slice(all, from, [1, response.length, width]), [-1, width]);
    const distribution = tf.logSoftmax(plainLogits(this.#model, hidden));
    const chosen = tf.oneHot(tf.tensor1d([...response], "int32"), vocabulary);
    const logProbs = tf.sum(tf.mul(distribution, tf.cast(chosen, "float32")), 1);
    return { hidden, distribution, logProbs };
  }

  #values(hidden: tf.Tensor): tf.Tensor {
    const { weight, bias } = this.#head;
    return tf.add(tf.squeeze(tf.matMul(hidden, weight, false, true), [1]), bias);
  }

  #policyLoss(
    logProbs: tf.Tensor,
    { oldLogProbs, advantages }: Record<"oldLogProbs" | "advantages", Float32Array>,
  ) {
    const { clipRange } = this.#config;
    const ratio = tf.exp(tf.sub(logProbs, oldLogProbs));
    const clipped = tf.clipByValue(ratio, 1 - clipRange, 1 + clipRange);
    return tf.neg(tf.mean(tf.minimum(tf.mul(ratio, advantages), tf.mul(clipped, advantages))));
  }

  #valueLoss(
    predictions: tf.Tensor,
    { values, returns }: Record<"values" | "returns", Float32Array>,
  ) {
    const { clipRangeValue } = this.#config;
    const moved = tf.clipByValue(tf.sub(predictions, values), -clipRangeValue, clipRangeValue);
    const errors = [predictions, tf.add(moved, values)].map((v) => tf.square(tf.sub(v, returns)));
    return tf.mul(tf.mean(tf.maximum(errors[0]!, errors[1]!)), 0.5);
  }
}

async function readAll(tensors: readonly tf.Tensor[]): Promise<Float32Array[]> {
  const values = await Promise.all(tensors.map((x) => x.data<"float32">()));
  const copies = values.map((x) => Float32Array.from(x));
  tf.dispose([...tensors]);
  return copies;
}
