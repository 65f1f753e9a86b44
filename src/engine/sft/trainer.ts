/** Supervised fine-tuning: the loop of transformers' Trainer over seeded batches. */
import * as tf from "@tensorflow/tfjs-core";
import type { AbortSignalLike } from "../../core/abort";
import { deriveSeed } from "../../core/random";
import { batches, totalSteps } from "../../core/sft/batches";
import type { SftConfig } from "../../core/sft/config";
import { countTargets, type LabelledSequence, padBatch } from "../../core/sft/labels";
import type { TrainingState } from "../../core/study/checkpoint";
import type { Gpt2 } from "../gpt2/model";
import { AdamW } from "../optimiser/adamw";
import { checkedNorm, measureGradients } from "../optimiser/clip";
import { GradientSum, type Parameter } from "../optimiser/gradients";
import { learningRateAt } from "../optimiser/schedule";
import { lossAndGradients } from "../training/backward";
import { readTogether } from "../training/read-together";
import { nextTask } from "../training/next-task";
import { restoreSnapshot, snapshotOf } from "../training/snapshot";
import { summedCrossEntropy } from "./loss";

/** One optimiser step. Loss in nats a token, before the update; tokens are those that counted in it. */
export interface SftProgress {
  readonly step: number; // from 1
  readonly totalSteps: number;
  readonly loss: number;
  readonly learningRate: number;
  readonly gradientNorm: number; // before clipping
  readonly tokens: number;
}

export interface SftOptions {
  readonly config: SftConfig;
  /** Decides the order of the examples and the adapter's dropout. */
  readonly seed: number;
  readonly signal: AbortSignalLike;
  readonly onStep: (progress: SftProgress) => void;
  /** Goes on from this snapshot of a training with the same examples, settings and seed. Default: from the start. */
  readonly from?: TrainingState | null;
  /** Awaited after each step; `snapshot` reads what is needed to go on, and nothing is read unless it is called. */
  readonly afterStep?: (step: number, snapshot: () => Promise<TrainingState>) => Promise<void>;
}

/**
 * Trains the parameters in place.
 *
 * A step's gradient is that of the mean over all its tokens, however it is cut into micro-batches. Micro-batches take
 * sequences of like length together, which saves padding and changes nothing else. On an abort the parameters keep what
 * they learned so far.
 *
 * @throws RangeError if there are no examples, or if the gradient is not finite any more; the reason of an abort.
 */
export async function trainSft(
  model: Gpt2,
  parameters: readonly Parameter[],
  examples: readonly LabelledSequence[],
  { config, seed, signal, onStep, from = null, afterStep }: SftOptions,
): Promise<void> {
  signal.throwIfAborted();
  const decoupled = config.optimiser === "adamw";
  const optimiser = new AdamW(parameters, { weightDecay: config.weightDecay, decoupled });
  const sum = new GradientSum();
  const kept: tf.Tensor[] = []; // losses not yet read
  const total = totalSteps(examples.length, config);
  try {
    if (from !== null) restoreSnapshot(parameters, optimiser, from);
    let step = from?.step ?? 0;
    for (const indices of [...batches(examples.length, config, seed)].slice(step)) {
      const learningRate = learningRateAt(step, total, config);
      const parts = microBatches(
        indices.map((i) => examples[i]!),
        config.microBatch,
      );
      const tokens = parts.flat().reduce((n, sequence) => n + countTargets(sequence), 0);

      for (const [part, sequences] of parts.entries()) {
        const batch = padBatch(sequences, model.config.endOfText);
        const pass = lossAndGradients(
          model,
          batch,
          parameters,
          (states) => tf.div(summedCrossEntropy(model, states, batch), tokens),
          { dropoutSeed: deriveSeed(seed, "sft-dropout", step, part) },
        );
        sum.addAll(pass.gradients);
        kept.push(pass.loss);
        await nextTask(signal);
      }
      const clip = measureGradients(sum.gradients, { maxNorm: config.maxGradNorm });
      optimiser.apply(sum.gradients, learningRate, clip);
      sum.clear();
      const [clipped, ...losses] = await readTogether([clip, ...kept]);
      tf.dispose([clip, ...kept.splice(0)]);
      const gradientNorm = checkedNorm(clipped![0]!);
      const loss = losses.reduce((sum, [part]) => sum + part!, 0);
      step += 1;
      onStep({ step, totalSteps: total, loss, learningRate, gradientNorm, tokens });
      await afterStep?.(step, async () => {
        const { adamStep, tensors } = await snapshotOf(parameters, optimiser);
        return { step, state: { adamStep }, tensors };
      });
    }
  } finally {
    sum.clear();
    tf.dispose(kept);
    optimiser.dispose();
  }
}

function microBatches(sequences: readonly LabelledSequence[], size: number): LabelledSequence[][] {
  const byLength = sequences.toSorted((a, b) => b.ids.length - a.ids.length);
  return Array.from({ length: Math.ceil(byLength.length / size) }, (_, i) =>
    byLength.slice(i * size, (i + 1) * size),
  );
}
