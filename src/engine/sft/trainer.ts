/** Supervised fine-tuning: the loop of transformers' Trainer, one optimiser step at a time. */
import * as tf from "@tensorflow/tfjs-core";
import { chunks } from "../../core/chunks";
import type { AbortSignalLike } from "../../core/abort";
import { deriveSeed } from "../../core/random";
import { totalSteps } from "../../core/sft/batches";
import type { SftConfig } from "../../core/sft/config";
import { countTargets, type LabelledSequence, padBatch } from "../../core/sft/labels";
import type { TrainingState } from "../../core/study/checkpoint";
import type { SftStep } from "../../core/study/trainer";
import type { Gpt2 } from "../gpt2/model";
import { AdamW } from "../optimiser/adamw";
import type { Parameter } from "../optimiser/gradients";
import { learningRateAt } from "../optimiser/schedule";
import { restoreSnapshot, snapshotOf } from "../training/snapshot";
import { type Part, update } from "../training/update";
import { summedCrossEntropy } from "./loss";

export interface SftOptions {
  readonly config: SftConfig;
  /** Decides the adapter's dropout. */
  readonly seed: number;
}

/**
 * Trains the parameters in place. They are the caller's; the optimiser is the trainer's: `dispose` frees it.
 *
 * A step's gradient is that of the mean over all its tokens, however it is cut into micro-batches. Micro-batches take
 * sequences of like length together, which saves padding and changes nothing else.
 */
export class SftTrainer {
  readonly #model: Gpt2;
  readonly #parameters: readonly Parameter[];
  readonly #examples: readonly LabelledSequence[];
  readonly #options: SftOptions;
  readonly #optimiser: AdamW;
  #steps = 0;

  constructor(
    model: Gpt2,
    parameters: readonly Parameter[],
    examples: readonly LabelledSequence[],
    options: SftOptions,
  ) {
    this.#model = model;
    this.#parameters = parameters;
    this.#examples = examples;
    this.#options = options;
    const { weightDecay, optimiser } = options.config;
    this.#optimiser = new AdamW(parameters, { weightDecay, decoupled: optimiser === "adamw" });
  }

  /**
   * One optimiser step on some of the examples, by their positions. On an abort nothing is learned from them.
   * @throws RangeError if the gradient is not finite any more; the reason of an abort.
   */
  async step(
    positions: readonly number[],
    { signal }: { readonly signal: AbortSignalLike },
  ): Promise<SftStep> {
    signal.throwIfAborted();
    const { config, seed } = this.#options;
    const total = totalSteps(this.#examples.length, config);
    const learningRate = learningRateAt(this.#steps, total, config);
    const sequences = positions.map((i) => this.#examples[i]!);
    const tokens = sequences.reduce((n, sequence) => n + countTargets(sequence), 0);
    const byLength = sequences.toSorted((a, b) => b.ids.length - a.ids.length);
    const parts = chunks(byLength, config.microBatch).map((some, part): Part => {
      const batch = padBatch(some, this.#model.config.endOfText);
      return {
        batch,
        loss: (states) => ({
          loss: tf.div(summedCrossEntropy(this.#model, states, batch), tokens),
        }),
        options: { dropoutSeed: deriveSeed(seed, "sft-dropout", this.#steps, part) },
      };
    });
    const trained = {
      model: this.#model,
      parameters: this.#parameters,
      optimiser: this.#optimiser,
    };
    const { maxGradNorm } = config;
    const options = { learningRate, maxGradNorm, signal };
    const { loss, gradientNorm } = await update(trained, parts, options);
    this.#steps += 1;
    return { step: this.#steps, totalSteps: total, loss, learningRate, gradientNorm, tokens };
  }

  async snapshot(): Promise<TrainingState> {
    const { adamStep, tensors } = await snapshotOf(this.#parameters, this.#optimiser);
    return { step: this.#steps, state: { adamStep }, tensors };
  }

  /**
   * Goes on from a snapshot of a training with the same examples, settings and seed.
   * @throws RangeError if it is of another model or adapter; v.ValiError if it is no snapshot of training.
   */
  restore(from: TrainingState): void {
    restoreSnapshot(this.#parameters, this.#optimiser, from);
    this.#steps = from.step;
  }

  dispose(): void {
    this.#optimiser.dispose();
  }
}
