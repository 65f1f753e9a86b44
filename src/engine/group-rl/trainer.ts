/** A step of TRL's RLOOTrainer or GRPOTrainer: score a batch of answers, compare each with its group, and learn from it. */
import type { AbortSignalLike } from "../../core/abort";
import { chunks } from "../../core/chunks";
import { advantagesOf, type GroupMethod, lossPlan } from "../../core/group-rl/plan";
import { type GroupStats, groupStatistics, nothingCompared } from "../../core/group-rl/statistics";
import {
  packedRow,
  packedRows,
  type ResponseLayout,
  responseLayout,
  type Rollout,
} from "../../core/ppo/layout";
import type { TrainingState } from "../../core/study/checkpoint";
import type { Gpt2 } from "../gpt2/model";
import type { Parameter } from "../optimiser/gradients";
import { Learner } from "../training/learner";
import { type ResponseScores, scoreResponses } from "../training/responses";
import { groupPart } from "./part";

export interface GroupOptions {
  readonly learns: GroupMethod;
  /** What the distance is measured from: the pretrained model, or the policy as it is when the trainer is made. */
  readonly reference: "base" | "start";
  /** Tokens that an answer may have. */
  readonly longestAnswer: number;
  /** Answers of a batch that are scored together; all where absent. */
  readonly scoredAtOnce?: number;
}

/** A response with what it is paid, and the group it is compared in. */
export interface PaidResponse extends Rollout {
  readonly score: number;
  readonly group: number;
}

/** Trains a policy's parameters in place; dropout is off. The parameters are the caller's; `dispose` frees the rest. */
export class GroupTrainer {
  readonly #options: GroupOptions;
  readonly #learner: Learner;

  /** @throws RangeError if the reference is to be the base model and no adapter is attached. */
  constructor(model: Gpt2, parameters: readonly Parameter[], options: GroupOptions) {
    this.#options = options;
    const { reference, learns } = options;
    this.#learner = new Learner(model, parameters, learns.config.beta > 0 ? reference : null);
  }

  /**
   * One step on sampled responses: `numIterations` updates on the whole batch. Empty responses, and those whose group has
   * no other, are left out and counted; if none is left, nothing happens and the statistics say why.
   * @throws RangeError if a score is not finite, a query is empty, or a gradient is not finite; the reason of an abort.
   */
  async step(
    responses: readonly PaidResponse[],
    { signal }: { readonly signal: AbortSignalLike },
  ): Promise<GroupStats> {
    signal.throwIfAborted();
    const { learns, longestAnswer, scoredAtOnce } = this.#options;
    const { model, reference } = this.#learner;
    const groups = comparable(responses);
    const kept = groups.flat();
    if (kept.length === 0) return nothingCompared(learns, responses.length);

    const layout = responseLayout(kept);
    const scored = await scoreResponses(model, reference, kept, { atOnce: scoredAtOnce });
    const kl = distances(scored, layout);
    const scores = groups.map((group) => group.map(({ score }) => score));
    const sizes = groups.map(({ length }) => length);
    const advantages = advantagesOf(learns, scores.flat(), kl, sizes);
    const lengths = kept.map(({ response }) => response.length);
    const plan = lossPlan(learns, lengths, longestAnswer);

    const reaches = plan.beta > 0 ? scored.referenceLogProbs : null;
    const parts = chunks([...kept.keys()], learns.config.microBatch).map((rows) => {
      const targets = {
        oldLogProbs: packedRows(scored.logProbs, layout, rows),
        referenceLogProbs: reaches && packedRows(reaches, layout, rows),
        advantages: rows.map((row) => advantages[row]!),
        ofToken: rows.map((row) => plan.ofToken[row]!),
        ofAnswer: rows.map((row) => plan.ofAnswer[row]!),
      };
      const some = rows.map((row) => kept[row]!);
      return groupPart(model, some, targets, plan);
    });
    const { numIterations } = learns.config;
    const made = await this.#learner.step(parts, numIterations, { ...learns.config, signal });
    const updates = made.map(({ loss, gradientNorm, observed }) => ({
      loss,
      gradientNorm,
      ratios: observed.flatMap(([ratios]) => [...ratios!]),
      entropies: observed.flatMap(([, entropies]) => [...entropies!]),
    }));
    const step = { ...scored, scores, lengths, advantages, plan, kl, updates };
    return groupStatistics(learns, step, responses.length);
  }

  snapshot(): Promise<TrainingState> {
    return this.#learner.snapshot();
  }

  /** Goes on from a snapshot of a trainer with the same options; throws as `Learner.restore`. */
  restore(from: TrainingState): void {
    this.#learner.restore(from);
  }

  dispose(): void {
    this.#learner.dispose();
  }
}

/** Groups of two answers or more, in the order in which they first come; an empty answer is none. */
function comparable(responses: readonly PaidResponse[]): PaidResponse[][] {
  const groups = new Map<number, PaidResponse[]>();
  for (const one of responses) {
    if (one.response.length === 0) continue;
    const group = groups.get(one.group);
    if (group) group.push(one);
    else groups.set(one.group, [one]);
  }
  return [...groups.values()].filter(({ length }) => length > 1);
}

/** [B] Σₜ (log π_old − log π_ref) of each answer; null without a reference. */
function distances(
  { logProbs, referenceLogProbs }: ResponseScores,
  layout: ResponseLayout,
): number[] | null {
  if (referenceLogProbs === null) return null;
  return Array.from({ length: layout.rows }, (_, row) => {
    const reference = packedRow(referenceLogProbs, layout, row);
    return packedRow(logProbs, layout, row).reduce((sum, x, t) => sum + x - reference[t]!, 0);
  });
}
