/** The epochs of a PPO step over a batch that was scored. */
import * as tf from "@tensorflow/tfjs-core";
import type { AbortSignalLike } from "../../core/abort";
import { chunks } from "../../core/chunks";
import type { PpoConfig } from "../../core/ppo/config";
import { packedRows, type ResponseLayout, type Rollout } from "../../core/ppo/layout";
import {
  averageUpdates,
  meanRatio,
  type MiniBatch,
  updateStatistics,
  type UpdateStatistics,
} from "../../core/ppo/statistics";
import type { Gpt2 } from "../gpt2/model";
import type { AdamW } from "../optimiser/adamw";
import { checkedNorm, measureGradients } from "../optimiser/clip";
import { type Gradients, GradientSum, type Parameter } from "../optimiser/gradients";
import { nextTask } from "../training/next-task";
import { miniBatchPass, type Sampled } from "./mini-batch";
import type { ValueHead } from "./value-head";

export interface Learner {
  readonly model: Gpt2;
  readonly head: ValueHead;
  readonly parameters: readonly Parameter[];
  readonly optimiser: AdamW;
  readonly config: PpoConfig;
}

export interface ScoredBatch {
  readonly rollouts: readonly Rollout[];
  readonly layout: ResponseLayout;
  readonly sampled: Sampled;
}

/** A mini-batch, seen before the update that it led to. */
export interface PpoUpdate {
  readonly epoch: number;
  /** Indices into the batch. */
  readonly rows: readonly number[];
  readonly overRatio: boolean;
  readonly batch: MiniBatch;
  readonly statistics: UpdateStatistics;
  /** Of the update's mean gradient, before clipping; the same for all mini-batches that it is accumulated from. */
  readonly gradientNorm: number;
}

export interface LearnHooks {
  readonly signal: AbortSignalLike;
  readonly onUpdate?: (update: PpoUpdate) => void;
}

/**
 * Goes through the batch once per permutation, in mini-batches of the order given; the last one may be smaller. Stops
 * after an epoch whose last mini-batch lies too far from the sampling policy, where the settings ask for it.
 */
export async function learn(
  learner: Learner,
  batch: ScoredBatch,
  permutations: readonly (readonly number[])[],
  { signal, onUpdate }: LearnHooks,
) {
  const { miniBatchSize, gradientAccumulationSteps, earlyStopping, targetKl } = learner.config;
  const updates: PpoUpdate[] = [];
  let stoppedEarly = false;
  for (const [epoch, order] of permutations.entries()) {
    for (const group of chunks(chunks(order, miniBatchSize), gradientAccumulationSteps)) {
      for (const seen of await update(learner, batch, group, signal)) {
        updates.push({ epoch, ...seen });
        onUpdate?.(updates.at(-1)!);
      }
    }
    const policyKl = updates.at(-1)!.statistics["ppo/policy/policykl"];
    stoppedEarly = earlyStopping && policyKl > 1.5 * targetKl;
    if (stoppedEarly) break;
  }
  return {
    ...averageUpdates(updates.map(({ statistics }) => statistics)),
    miniBatches: updates.length,
    miniBatchesOverRatio: updates.filter(({ overRatio }) => overRatio).length,
    stoppedEarly,
  };
}

/** One optimiser update with the mean gradient of a group of mini-batches. */
async function update(
  { model, head, parameters, optimiser, config }: Learner,
  { rollouts, layout, sampled }: ScoredBatch,
  group: readonly (readonly number[])[],
  signal: AbortSignalLike,
): Promise<Omit<PpoUpdate, "epoch">[]> {
  const sum = new GradientSum();
  const seen: Omit<PpoUpdate, "epoch" | "gradientNorm">[] = [];
  try {
    for (const rows of group) {
      const some = rows.map((row) => rollouts[row]!);
      const part = {
        oldLogProbs: packedRows(sampled.oldLogProbs, layout, rows),
        values: packedRows(sampled.values, layout, rows),
        advantages: packedRows(sampled.advantages, layout, rows),
        returns: packedRows(sampled.returns, layout, rows),
      };
      const pass = await miniBatchPass(model, head, parameters, some, part, config);
      const overRatio = meanRatio(pass.batch) > config.ratioThreshold;
      sum.addAll(overRatio ? zeroed(pass.gradients) : pass.gradients);
      const loss = overRatio ? { policy: 0, value: 0 } : pass.loss;
      const statistics = updateStatistics(pass.batch, loss, config);
      seen.push({ rows, overRatio, batch: pass.batch, statistics });
      await nextTask(signal);
    }
    // TRL clips by an iterator that its first use exhausts.
    const clips = config.clipGradient === "every-update" || optimiser.step === 0;
    const maxNorm = clips ? config.maxGradNorm : null;
    const clip = measureGradients(sum.gradients, { divisor: group.length, maxNorm });
    const nothing = seen.every(({ overRatio }) => overRatio);
    if (!nothing || config.ratioThresholdMode === "trl") {
      optimiser.apply(sum.gradients, config.learningRate, clip);
    }
    const [norm] = await clip.data<"float32">();
    clip.dispose();
    const gradientNorm = checkedNorm(norm!);
    return seen.map((one) => ({ ...one, gradientNorm }));
  } finally {
    sum.clear();
  }
}

/** Gradients of 0 in place of these, which are freed: they may have overflowed, and ∞·0 is no number. */
function zeroed(gradients: Gradients): Gradients {
  const zeros = [...gradients].map(([name, g]) => [name, tf.zerosLike(g)] as const);
  tf.dispose([...gradients.values()]);
  return new Map(zeros);
}
