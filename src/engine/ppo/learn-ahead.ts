/** A PPO step whose updates are queued on the device without the host looking between them. */
import * as tf from "@tensorflow/tfjs-core";
import type { AbortSignalLike } from "../../core/abort";
import { clippedUpdate } from "../optimiser/clipped-update";
import { GradientSum } from "../optimiser/gradients";
import { nextTask } from "../training/next-task";
import { readTogether } from "../training/read-together";
import { asMiniBatch } from "./mini-batch";
import {
  clipOf,
  type Group,
  judged,
  type Learner,
  passOver,
  type PpoUpdate,
  sampledOf,
  type ScoredBatch,
} from "./update";

interface Queued {
  readonly epoch: number;
  readonly group: Group;
  /** [mini-batch][observed] */
  readonly observed: readonly (readonly tf.Tensor[])[];
  readonly clip: tf.Tensor1D;
}

/**
 * Makes all updates, taking for granted that no mini-batch is over the ratio threshold and every gradient is finite, and
 * reads what was seen once. Where that turns out wrong, which is rare, parameters and optimiser are put back.
 *
 * @returns null if nothing was learned: go through the batch once more, looking at each update.
 * @throws  the reason of an abort, after which the updates made stay.
 */
export async function learnAhead(
  learner: Learner,
  scored: ScoredBatch,
  epochs: readonly (readonly Group[])[],
  signal: AbortSignalLike,
): Promise<PpoUpdate[] | null> {
  const start = learner.optimiser.savePoint();
  const queued: Queued[] = [];
  try {
    for (const [epoch, groups] of epochs.entries()) {
      for (const group of groups)
        await queueUpdate(learner, scored, { epoch, group }, queued, signal);
    }
    const updates = await read(learner, scored, queued);
    const expected = updates.every(
      ({ overRatio, gradientNorm }) => !overRatio && Number.isFinite(gradientNorm),
    );
    if (expected) return updates;
    start.restore();
    return null;
  } finally {
    start.dispose();
    for (const { observed, clip } of queued) tf.dispose([clip, ...observed.flat()]);
  }
}

async function queueUpdate(
  learner: Learner,
  scored: ScoredBatch,
  { epoch, group }: Pick<Queued, "epoch" | "group">,
  queued: Queued[],
  signal: AbortSignalLike,
): Promise<void> {
  const sum = new GradientSum();
  const observed: (readonly tf.Tensor[])[] = [];
  try {
    for (const rows of group) {
      const pass = passOver(learner, scored, rows);
      observed.push(pass.observed);
      sum.addAll(pass.gradients);
      await nextTask(signal);
    }
    const { optimiser, config } = learner;
    const limit = clipOf(learner, group);
    const clip = clippedUpdate(optimiser, sum.gradients, config.learningRate, limit);
    queued.push({ epoch, group, observed, clip });
  } catch (error) {
    tf.dispose(observed.flat());
    throw error;
  } finally {
    sum.clear();
  }
}

async function read(
  { config }: Learner,
  scored: ScoredBatch,
  queued: readonly Queued[],
): Promise<PpoUpdate[]> {
  const values = await readTogether(
    queued.flatMap(({ observed, clip }) => [...observed.flat(), clip]),
  );
  return queued.flatMap(({ epoch, group, observed }) => {
    const seen = observed.map(({ length }) => values.splice(0, length));
    const gradientNorm = values.shift()![0]!;
    return group.map((rows, i) => {
      const one = judged(asMiniBatch(seen[i]!, sampledOf(scored, rows)), config);
      return { epoch, rows, gradientNorm, ...one };
    });
  });
}
