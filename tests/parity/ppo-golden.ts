/** The format of ppo.json, and the way from TRL's names to ours. */
import * as v from "valibot";
import { PpoConfig } from "../../src/core/ppo/config";
import type { Nested } from "./case";

export const LOG_PROBS = { atol: 1e-3 };
export const GRADIENT = { rtol: 1e-3, atol: 1e-5 };

export type Matrix = readonly (readonly number[])[];

export interface PpoCase {
  readonly config: Readonly<Record<string, unknown>>;
  readonly lr: number;
  readonly mini_batch_size: number;
  readonly kind: "lora" | "full";
  readonly queries: Matrix;
  readonly responses: Matrix;
  readonly scores: readonly number[];
  readonly mask: Matrix;
  readonly permutations: Matrix;
  readonly logprobs: Matrix;
  readonly ref_logprobs: Matrix;
  readonly values: Matrix;
  readonly kl: Matrix;
  readonly non_score_reward: Matrix;
  readonly rewards: Matrix;
  readonly advantages_raw: Matrix;
  readonly advantages: Matrix;
  readonly returns: Matrix;
  readonly minibatches: readonly PpoMiniBatch[];
  readonly first_grad: Readonly<Record<string, Nested>>;
  readonly final_params: Readonly<Record<string, Nested>>;
  readonly stats: Readonly<Record<string, number | readonly number[] | string | null>>;
  readonly kl_coef_after: number;
}

/** Statistics by TRL's names, and: */
export type PpoMiniBatch = Readonly<Record<string, unknown>> & {
  readonly minibatch: readonly number[];
  readonly skipped: boolean;
  readonly grad_norm: number;
  readonly avg_ratio: number;
  readonly logprobs: Matrix;
  readonly vpred: Matrix;
};

/** The entries of ppo.json that are whole steps. */
export function stepsOf(golden: Readonly<Record<string, unknown>>): [string, PpoCase][] {
  const isStep = (entry: unknown): entry is PpoCase =>
    typeof entry === "object" && entry !== null && "minibatches" in entry;
  return Object.entries(golden).flatMap(([name, entry]): [string, PpoCase][] =>
    isStep(entry) ? [[name, entry]] : [],
  );
}

const SETTINGS: Readonly<Record<string, keyof PpoConfig>> = {
  ppo_epochs: "ppoEpochs",
  gradient_accumulation_steps: "gradientAccumulationSteps",
  gamma: "gamma",
  lam: "lambda",
  cliprange: "clipRange",
  cliprange_value: "clipRangeValue",
  vf_coef: "valueCoefficient",
  init_kl_coef: "initialKlCoefficient",
  adap_kl_ctrl: "adaptiveKl",
  target: "klTarget",
  horizon: "klHorizon",
  kl_penalty: "klPenalty",
  whiten_rewards: "whitenRewards",
  ratio_threshold: "ratioThreshold",
  max_grad_norm: "maxGradNorm",
  use_score_scaling: "useScoreScaling",
  use_score_norm: "useScoreNorm",
  score_clip: "scoreClip",
  early_stopping: "earlyStopping",
  target_kl: "targetKl",
};

/** @throws RangeError for a setting that we do not know: ignoring it would compare something else. */
export function configOf({ config, lr, mini_batch_size }: PpoCase): PpoConfig {
  const settings: Record<string, unknown> = { learningRate: lr, miniBatchSize: mini_batch_size };
  for (const [name, value] of Object.entries(config)) {
    if (name === "clip_first_step_only") {
      settings["clipGradient"] = value === true ? "first-update" : "every-update";
      continue;
    }
    const ours = SETTINGS[name];
    if (ours === undefined) throw new RangeError(`ppo.json: unknown setting ${name}`);
    settings[ours] = value;
  }
  return v.parse(PpoConfig, settings);
}

export function rolloutsOf({ queries, responses }: PpoCase) {
  return queries.map((query, i) => ({ query, response: responses[i]! }));
}
