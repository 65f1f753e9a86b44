/** A step of TRL's DPOTrainer: learn from a batch of preference pairs. */
import type { AbortSignalLike } from "../../core/abort";
import { chunks } from "../../core/chunks";
import type { DpoConfig } from "../../core/dpo/config";
import type { DpoLoss } from "../../core/dpo/loss";
import { type DpoStats, dpoStatistics, nothingPaired } from "../../core/dpo/statistics";
import { packedRow, responseLayout, type Rollout } from "../../core/ppo/layout";
import type { TrainingState } from "../../core/study/checkpoint";
import type { Gpt2 } from "../gpt2/model";
import type { Parameter } from "../optimiser/gradients";
import { Learner } from "../training/learner";
import { scoreResponses } from "../training/responses";
import { dpoPart, poolingOf } from "./part";

export interface DpoOptions {
  readonly config: DpoConfig;
  /** The pretrained model, or the policy as it is when the trainer is made. */
  readonly reference: "base" | "start";
}

/** Two responses to one query, as token ids. */
export interface TokenPair {
  readonly query: readonly number[];
  readonly chosen: readonly number[];
  readonly rejected: readonly number[];
}

/** Trains a policy's parameters in place; dropout is off. The parameters are the caller's; `dispose` frees the rest. */
export class DpoTrainer {
  readonly #config: DpoConfig;
  readonly #loss: DpoLoss;
  readonly #learner: Learner;

  /** @throws RangeError if the reference is to be the base model and no adapter is attached. */
  constructor(model: Gpt2, parameters: readonly Parameter[], { config, reference }: DpoOptions) {
    this.#config = config;
    const { lossType: type, beta, labelSmoothing } = config;
    this.#loss = type === "sigmoid" ? { type, beta, labelSmoothing } : { type, beta };
    this.#learner = new Learner(model, parameters, reference);
  }

  /**
   * One step: `numIterations` updates by the mean loss of the pairs. Pairs with an empty response are left out and
   * counted; if none is left, nothing happens and the statistics say why.
   * @throws RangeError if a query is empty, or a gradient is not finite; the reason of an abort.
   */
  async step(
    pairs: readonly TokenPair[],
    { signal }: { readonly signal: AbortSignalLike },
  ): Promise<DpoStats> {
    signal.throwIfAborted();
    const { microBatch, numIterations } = this.#config;
    const kept = pairs.filter(({ chosen, rejected }) => chosen.length > 0 && rejected.length > 0);
    if (kept.length === 0) return nothingPaired(this.#config, pairs.length);

    const halves = chunks(kept, microBatch).map(inTwoHalves);
    const references: Float32Array[] = [];
    for (const rollouts of halves) references.push(await this.#underReference(rollouts));
    const parts = halves.map((rollouts, i) =>
      dpoPart(this.#learner.model, rollouts, references[i]!, this.#loss, kept.length),
    );
    const made = await this.#learner.step(parts, numIterations, { ...this.#config, signal });
    const updates = made.map(({ loss, gradientNorm, observed }) => ({
      loss,
      gradientNorm,
      entropies: observed.flatMap(([, entropies]) => [...entropies!]),
      pairs: observed.map(([policy], part) => asPairs(policy!, references[part]!)),
    }));
    const lengths = kept.flatMap(({ chosen, rejected }) => [chosen.length, rejected.length]);
    return dpoStatistics(this.#config, { lengths, updates }, pairs.length);
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

  /** The log-probability of each answer under the reference, pooled as the loss wants it. */
  async #underReference(rollouts: readonly Rollout[]): Promise<Float32Array> {
    const { model, reference } = this.#learner;
    const layout = responseLayout(rollouts);
    const { referenceLogProbs } = await scoreResponses(model, reference, rollouts);
    const isMean = poolingOf(this.#loss) === "mean";
    return Float32Array.from(rollouts, ({ response }, row) => {
      const sum = packedRow(referenceLogProbs!, layout, row).reduce((a, b) => a + b, 0);
      return isMean ? sum / response.length : sum;
    });
  }
}

/** The chosen of each pair, then the rejected of each. */
function inTwoHalves(pairs: readonly TokenPair[]): Rollout[] {
  return [
    ...pairs.map(({ query, chosen }) => ({ query, response: chosen })),
    ...pairs.map(({ query, rejected }) => ({ query, response: rejected })),
  ];
}

function asPairs(policy: Float32Array, reference: Float32Array) {
  const half = policy.length / 2;
  return {
    policyChosen: policy.subarray(0, half),
    policyRejected: policy.subarray(half),
    referenceChosen: reference.subarray(0, half),
    referenceRejected: reference.subarray(half),
  };
}
