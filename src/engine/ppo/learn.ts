/** The epochs of a PPO step over a batch that was scored. */
import type { AbortSignalLike } from "../../core/abort";
import { chunks } from "../../core/chunks";
import { averageUpdates } from "../../core/ppo/statistics";
import { learnAhead } from "./learn-ahead";
import { type Learner, type PpoUpdate, type ScoredBatch, updateWatched } from "./update";

export interface LearnHooks {
  readonly signal: AbortSignalLike;
  readonly onUpdate?: (update: PpoUpdate) => void;
}

/**
 * Goes through the batch once per permutation, in mini-batches of the order given; the last one may be smaller. Stops
 * after an epoch whose last mini-batch lies too far from the sampling policy, where the settings ask for it.
 *
 * @param ahead  whether to queue all updates before the first is looked at, where that is possible: the same result, with
 *               one read-back in place of two an update.
 */
export async function learn(
  learner: Learner,
  batch: ScoredBatch,
  permutations: readonly (readonly number[])[],
  ahead: boolean,
  hooks: LearnHooks,
) {
  const { miniBatchSize, gradientAccumulationSteps, earlyStopping } = learner.config;
  const epochs = permutations.map((order) =>
    chunks(chunks(order, miniBatchSize), gradientAccumulationSteps),
  );
  const queued =
    ahead && !earlyStopping ? await learnAhead(learner, batch, epochs, hooks.signal) : null;
  queued?.forEach((update) => hooks.onUpdate?.(update));
  const learned =
    queued === null
      ? await learnWatched(learner, batch, epochs, hooks)
      : { updates: queued, stoppedEarly: false };
  const { updates, stoppedEarly } = learned;
  return {
    ...averageUpdates(updates.map(({ statistics }) => statistics)),
    miniBatches: updates.length,
    miniBatchesOverRatio: updates.filter(({ overRatio }) => overRatio).length,
    stoppedEarly,
  };
}

/** Looks at each mini-batch before its update, and at each epoch before the next. */
async function learnWatched(
  learner: Learner,
  batch: ScoredBatch,
  epochs: readonly (readonly (readonly (readonly number[])[])[])[],
  { signal, onUpdate }: LearnHooks,
): Promise<{ updates: PpoUpdate[]; stoppedEarly: boolean }> {
  const { earlyStopping, targetKl } = learner.config;
  const updates: PpoUpdate[] = [];
  for (const [epoch, groups] of epochs.entries()) {
    for (const group of groups) {
      for (const seen of await updateWatched(learner, batch, group, signal)) {
        updates.push({ epoch, ...seen });
        onUpdate?.(updates.at(-1)!);
      }
    }
    const policyKl = updates.at(-1)!.statistics["ppo/policy/policykl"];
    if (earlyStopping && policyKl > 1.5 * targetKl) return { updates, stoppedEarly: true };
  }
  return { updates, stoppedEarly: false };
}
