/** Classic TRL's PPOTrainer.step: score a batch of responses, then learn from it for a few epochs. */
import * as tf from "@tensorflow/tfjs-core";
import { batchAdvantages } from "../../core/ppo/batch-advantages";
import type { PpoConfig } from "../../core/ppo/config";
import { nextKlCoefficient } from "../../core/ppo/kl-controller";
import {
  packedRow,
  type ResponseLayout,
  responseLayout,
  type Rollout,
} from "../../core/ppo/layout";
import { NO_SCORES, scaleScores, updateMoments } from "../../core/ppo/score-scaling";
import { batchStatistics, nothingTrained, type PpoStats } from "../../core/ppo/statistics";
import { tokenRewards } from "../../core/ppo/token-rewards";
import { shuffle, stream } from "../../core/random";
import type { TrainingState } from "../../core/study/checkpoint";
import { readPpoTrainerState } from "../../core/study/training-state";
import type { Gpt2 } from "../gpt2/model";
import { AdamW } from "../optimiser/adamw";
import type { Parameter } from "../optimiser/gradients";
import { restoreSnapshot, snapshotOf } from "../training/snapshot";
import { learn, type LearnHooks } from "./learn";
import type { Sampled } from "./mini-batch";
import { pretrainedReference, type ReferenceModel, startReference } from "../training/reference";
import { scoreRollouts } from "./rollout";
import { ValueHead, type ValueHeadWeights } from "./value-head";

/** With one token, whitening divides by 0; TRL trains on the NaN. */
const SHORTEST_RESPONSE = 2;

export interface PpoOptions {
  readonly config: PpoConfig;
  /** What KL is measured from: the pretrained model, or the policy as it is when the trainer is made. */
  readonly reference: "base" | "start";
  /** Decides the order of a batch in each epoch, and the fresh value head. */
  readonly seed: number;
  /** Null: a fresh one. */
  readonly valueHead: ValueHeadWeights | null;
  /**
   * Queue the updates of a step before looking at the first, and go back where one should not have been made. Default: on
   * webgpu, where every look waits for the device.
   */
  readonly ahead?: boolean;
  /** Responses of a step that are scored together; all where absent. */
  readonly scoredAtOnce?: number;
}

export interface PpoStepOptions extends LearnHooks {
  /** The order of the responses in each epoch, where it is given from outside. */
  readonly permutations?: readonly (readonly number[])[];
}

/**
 * Trains a policy's parameters and a value head in place, with Adam and no weight decay. The parameters are the
 * caller's; value head, optimiser and reference copy are the trainer's: `dispose` frees them.
 */
export class PpoTrainer {
  readonly #model: Gpt2;
  readonly #config: PpoConfig;
  readonly #seed: number;
  readonly #head: ValueHead;
  readonly #parameters: readonly Parameter[];
  readonly #reference: ReferenceModel;
  readonly #optimiser: AdamW;
  readonly #ahead: boolean;
  readonly #scoredAtOnce: number | undefined;
  #klCoefficient: number;
  #moments = NO_SCORES;
  #steps = 0;

  /** @throws RangeError if the reference is to be the base model and no adapter is attached. */
  constructor(model: Gpt2, policy: readonly Parameter[], options: PpoOptions) {
    const { config, reference, seed, valueHead, ahead = tf.getBackend() === "webgpu" } = options;
    this.#model = model;
    this.#config = config;
    this.#seed = seed;
    this.#reference = reference === "base" ? pretrainedReference(model) : startReference(policy);
    this.#head =
      valueHead === null ? ValueHead.fresh(model.config.width, seed) : new ValueHead(valueHead);
    this.#parameters = [...policy, ...this.#head.parameters()];
    this.#optimiser = new AdamW(this.#parameters);
    this.#klCoefficient = config.initialKlCoefficient;
    this.#ahead = ahead;
    this.#scoredAtOnce = options.scoredAtOnce;
  }

  /** β for the next step, in score units a nat. */
  get klCoefficient(): number {
    return this.#klCoefficient;
  }

  get valueHead(): ValueHead {
    return this.#head;
  }

  /**
   * One PPO step on sampled responses with a score each. Responses of fewer than two tokens are left out and counted;
   * if none is left, nothing happens and the statistics say why. After an abort the parameters keep the updates that
   * were made.
   *
   * @throws RangeError if scores and rollouts differ in number, a score is not finite, a query is empty, or a gradient
   *         is not finite any more; the reason of an abort.
   */
  async step(
    rollouts: readonly Rollout[],
    scores: readonly number[],
    options: PpoStepOptions,
  ): Promise<PpoStats> {
    options.signal.throwIfAborted();
    if (rollouts.length !== scores.length) {
      throw new RangeError(`${rollouts.length} responses came with ${scores.length} scores`);
    }
    const { ppoEpochs } = this.#config;
    if (options.permutations && options.permutations.length !== ppoEpochs) {
      throw new RangeError(
        `${options.permutations.length} orders were given for ${ppoEpochs} epochs`,
      );
    }
    const usable = (_: unknown, i: number) => rollouts[i]!.response.length >= SHORTEST_RESPONSE;
    const kept = rollouts.filter(usable);
    if (kept.length === 0) {
      const reason = `none of ${rollouts.length} responses has ${SHORTEST_RESPONSE} tokens or more`;
      const { learningRate } = this.#config;
      return nothingTrained(reason, rollouts.length, this.#klCoefficient, learningRate);
    }

    const paid = this.#pay(scores.filter(usable));
    const layout = responseLayout(kept);
    const { sampled, batch } = await this.#evaluate(kept, layout, paid);
    const learned = await learn(
      {
        model: this.#model,
        head: this.#head,
        parameters: this.#parameters,
        optimiser: this.#optimiser,
        config: this.#config,
      },
      { rollouts: kept, layout, sampled },
      options.permutations ?? this.#permutations(kept.length),
      this.#ahead,
      options,
    );
    this.#steps += 1;
    this.#klCoefficient = nextKlCoefficient(
      this.#klCoefficient,
      batch["objective/kl"]!,
      kept.length,
      this.#config,
    );
    return {
      ...batch,
      ...learned,
      "ppo/learning_rate": this.#config.learningRate,
      responses: rollouts.length,
      skippedResponses: rollouts.length - kept.length,
      reason: null,
    };
  }

  /** A host copy of policy, value head, optimiser, KL coefficient and moments of the scores; `step` counts steps that trained. */
  async snapshot(): Promise<TrainingState> {
    const { adamStep, tensors } = await snapshotOf(this.#parameters, this.#optimiser);
    const state = { adamStep, klCoefficient: this.#klCoefficient, moments: { ...this.#moments } };
    return { step: this.#steps, state, tensors };
  }

  /**
   * Goes on from a snapshot of a trainer with the same options. The reference stays: it is the policy that this trainer
   * was made with.
   * @throws RangeError if it is of another model or adapter; v.ValiError if it is no snapshot of PPO.
   */
  restore(from: TrainingState): void {
    const { klCoefficient, moments } = readPpoTrainerState(from.state);
    restoreSnapshot(this.#parameters, this.#optimiser, from);
    this.#klCoefficient = klCoefficient;
    this.#moments = moments;
    this.#steps = from.step;
  }

  dispose(): void {
    this.#head.dispose();
    this.#optimiser.dispose();
    this.#reference.dispose();
  }

  #permutations(responses: number): number[][] {
    const rows = Array.from({ length: responses }, (_, row) => row);
    return Array.from({ length: this.#config.ppoEpochs }, (_, epoch) =>
      shuffle(rows, stream(this.#seed, "ppo-order", this.#steps, epoch)),
    );
  }

  #pay(scores: readonly number[]): number[] {
    if (this.#config.useScoreScaling) this.#moments = updateMoments(this.#moments, scores);
    return scaleScores(scores, this.#moments, this.#config);
  }

  async #evaluate(rollouts: readonly Rollout[], layout: ResponseLayout, paid: readonly number[]) {
    const { klPenalty } = this.#config;
    const now = await scoreRollouts(this.#model, this.#head, this.#reference, rollouts, {
      ...{ penalty: klPenalty, atOnce: this.#scoredAtOnce },
    });
    const rewards = new Float32Array(now.kl.length);
    paid.forEach((score, row) => {
      const kl = packedRow(now.kl, layout, row);
      rewards.set(tokenRewards(kl, score, this.#klCoefficient), layout.starts[row]);
    });
    const { advantages, returns } = batchAdvantages(rewards, now.values, layout, this.#config);
    const sampled: Sampled = { oldLogProbs: now.logProbs, values: now.values, advantages, returns };
    const batch = batchStatistics(rollouts, layout, now, paid, this.#klCoefficient);
    return { sampled, batch };
  }
}
