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
import type { Parameter } from "../optimiser/gradients";
import { learningRateAt } from "../optimiser/schedule";
import { Learner } from "../training/learner";
import type { Part } from "../training/update";
import { summedCrossEntropy } from "./loss";

export interface SftOptions {
  readonly config: SftConfig;
  /** Decides the adapter's dropout. */
  readonly seed: number;
}

/**
 * Trains the parameters in place. They are the caller's; `dispose` frees the rest.
 *
 * A step's gradient is that of the mean over all its tokens, however it is cut into micro-batches. Micro-batches take
 * sequences of like length together, which saves padding and changes nothing else.
 */
export class SftTrainer {
  readonly #examples: readonly LabelledSequence[];
  readonly #options: SftOptions;
  readonly #learner: Learner;

  constructor(
    model: Gpt2,
    parameters: readonly Parameter[],
    examples: readonly LabelledSequence[],
    options: SftOptions,
  ) {
    this.#examples = examples;
    this.#options = options;
    const { weightDecay, optimiser } = options.config;
    const decoupled = optimiser === "adamw";
    this.#learner = new Learner(model, parameters, null, { weightDecay, decoupled });
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
    const { model, steps } = this.#learner;
    const total = totalSteps(this.#examples.length, config);
    const learningRate = learningRateAt(steps, total, config);
    const sequences = positions.map((i) => this.#examples[i]!);
    const tokens = sequences.reduce((n, sequence) => n + countTargets(sequence), 0);
    const byLength = sequences.toSorted((a, b) => b.ids.length - a.ids.length);
    const parts = chunks(byLength, config.microBatch).map((some, part): Part => {
      const batch = padBatch(some, model.config.endOfText);
      return {
        batch,
        loss: (states) => ({
          loss: tf.div(summedCrossEntropy(model, states, batch), tokens),
        }),
        options: { dropoutSeed: deriveSeed(seed, "sft-dropout", steps, part) },
      };
    });
    const { maxGradNorm } = config;
    const updated = await this.#learner.step(parts, 1, { learningRate, maxGradNorm, signal });
    const { loss, gradientNorm } = updated[0]!;
    return { step: steps + 1, totalSteps: total, loss, learningRate, gradientNorm, tokens };
  }

  snapshot(): Promise<TrainingState> {
    return this.#learner.snapshot();
  }

  /** Goes on from a snapshot of a training with the same examples, settings and seed; throws as `Learner.restore`. */
  restore(from: TrainingState): void {
    this.#learner.restore(from);
  }

  dispose(): void {
    this.#learner.dispose();
  }
}
