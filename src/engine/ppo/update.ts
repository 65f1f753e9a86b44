/** One optimiser update of PPO, with the mean gradient of a group of mini-batches. */
import * as tf from "@tensorflow/tfjs-core";
import type { AbortSignalLike } from "../../core/abort";
import type { PpoConfig } from "../../core/ppo/config";
import { packedRows, type ResponseLayout, type Rollout } from "../../core/ppo/layout";
import {
  meanRatio,
  type MiniBatch,
  updateStatistics,
  type UpdateStatistics,
} from "../../core/ppo/statistics";
import type { Gpt2 } from "../gpt2/model";
import type { AdamW } from "../optimiser/adamw";
import { checkedNorm } from "../optimiser/clip";
import { clippedUpdate } from "../optimiser/clipped-update";
import { type Gradients, GradientSum, type Parameter } from "../optimiser/gradients";
import { nextTask } from "../training/next-task";
import { readTogether } from "../training/read-together";
import {
  asMiniBatch,
  type MiniBatchPass,
  miniBatchPass,
  type Sampled,
  type SeenMiniBatch,
} from "./mini-batch";
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

/** The mini-batches of an update, as rows of the batch. */
export type Group = readonly (readonly number[])[];

/** Looks at each mini-batch before the update, and leaves out those over the ratio threshold. */
export async function updateWatched(
  learner: Learner,
  scored: ScoredBatch,
  group: Group,
  signal: AbortSignalLike,
): Promise<Omit<PpoUpdate, "epoch">[]> {
  const { optimiser, config } = learner;
  const sum = new GradientSum();
  const seen: Omit<PpoUpdate, "epoch" | "gradientNorm">[] = [];
  try {
    for (const rows of group) {
      const { observed, gradients } = passOver(learner, scored, rows);
      const read = await readTogether(observed).finally(() => tf.dispose([...observed]));
      const one = judged(asMiniBatch(read, sampledOf(scored, rows)), config);
      sum.addAll(one.overRatio ? zeroed(gradients) : gradients);
      seen.push({ rows, ...one });
      await nextTask(signal);
    }
    const nothing = seen.every(({ overRatio }) => overRatio);
    const learns = !nothing || config.ratioThresholdMode === "trl";
    const rate = learns ? config.learningRate : null;
    const clip = clippedUpdate(optimiser, sum.gradients, rate, clipOf(learner, group));
    const [norm] = await clip.data<"float32">();
    clip.dispose();
    const gradientNorm = checkedNorm(norm!);
    return seen.map((one) => ({ ...one, gradientNorm }));
  } finally {
    sum.clear();
  }
}

/** Forward and backward through some rows. */
export function passOver(
  { model, head, parameters, config }: Learner,
  scored: ScoredBatch,
  rows: readonly number[],
): MiniBatchPass {
  const some = rows.map((row) => scored.rollouts[row]!);
  return miniBatchPass(model, head, parameters, some, sampledOf(scored, rows), config);
}

export function sampledOf({ layout, sampled }: ScoredBatch, rows: readonly number[]): Sampled {
  return {
    oldLogProbs: packedRows(sampled.oldLogProbs, layout, rows),
    values: packedRows(sampled.values, layout, rows),
    advantages: packedRows(sampled.advantages, layout, rows),
    returns: packedRows(sampled.returns, layout, rows),
  };
}

/** Whether a mini-batch is over the ratio threshold, and its statistics. */
export function judged({ batch, loss }: SeenMiniBatch, config: PpoConfig) {
  const overRatio = meanRatio(batch) > config.ratioThreshold;
  const counted = overRatio ? { policy: 0, value: 0 } : loss;
  return { overRatio, batch, statistics: updateStatistics(batch, counted, config) };
}

/** How the next update clips. TRL clips by an iterator that its first use exhausts. */
export function clipOf({ optimiser, config }: Learner, group: Group) {
  const clips = config.clipGradient === "every-update" || optimiser.step === 0;
  return { divisor: group.length, maxNorm: clips ? config.maxGradNorm : null };
}

/** Gradients of 0 in place of these, which are freed: they may have overflowed, and ∞·0 is no number. */
function zeroed(gradients: Gradients): Gradients {
  const zeros = [...gradients].map(([name, g]) => [name, tf.zerosLike(g)] as const);
  tf.dispose([...gradients.values()]);
  return new Map(zeros);
}
