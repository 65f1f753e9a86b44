/**
 * Training as the phases of a study see it, whatever the method: settings go in, steps are told in named numbers, and what is
 * needed to go on can be had after any step. Fine-tuning, PPO, RLOO, GRPO and DPO all are this.
 */
import type { AdapterConfig } from "../adapter/config";
import type { AdapterWeights } from "../adapter/peft";
import type { DpoConfig } from "../dpo/config";
import type { DpoStats } from "../dpo/statistics";
import type { GrpoConfig, RlooConfig } from "../group-rl/config";
import type { GroupStats } from "../group-rl/statistics";
import type { PpoConfig } from "../ppo/config";
import type { PpoStats } from "../ppo/statistics";
import type { SftConfig } from "../sft/config";
import type { TrainingState } from "./checkpoint";
import type { Sampling, StudyConfig } from "./config";
import type { Hooks } from "./hooks";
import type { SeededPrompt } from "./ports";

/**
 * Trains the adapter in use.
 * @template Batch       what a step learns from.
 * @template Statistics  what a step tells; the names of its curves are in curves.ts.
 */
export interface Trainer<Batch, Statistics> {
  /** One step. After an abort the adapter keeps the updates that were made. */
  step(batch: Batch, hooks: Hooks): Promise<Statistics>;
  /** What the device made it do otherwise than the settings say, a sentence; null if nothing. */
  readonly note: string | null;
  /** A host copy of what is needed to go on exactly here; `step` counts steps that trained. */
  snapshot(): Promise<TrainingState>;
  /** Frees what only training needs and returns the adapter, which stays attached. */
  end(): Promise<AdapterWeights>;
}

/** One optimiser step of fine-tuning. Loss in nats a token, before the update; tokens are those that counted in it. */
export interface SftStep {
  readonly step: number; // from 1
  readonly totalSteps: number;
  readonly loss: number;
  readonly learningRate: number;
  readonly gradientNorm: number; // before clipping
  readonly tokens: number;
}

export interface SftSettings {
  readonly adapter: AdapterConfig;
  readonly sft: SftConfig;
  /** Of the fresh adapter and its dropout. */
  readonly seed: number;
}

/** Learns from examples by their positions. */
export type SftTrainer = Trainer<readonly number[], SftStep>;

/** What the phase after LoRA learns by. */
export type Method = StudyConfig["rollouts"]["method"];

export type LearnerSettings =
  | { readonly method: "ppo"; readonly config: PpoConfig }
  | { readonly method: "rloo"; readonly config: RlooConfig }
  | { readonly method: "grpo"; readonly config: GrpoConfig }
  | { readonly method: "dpo"; readonly config: DpoConfig };

export interface RolloutSettings {
  readonly learns: LearnerSettings;
  readonly reference: "base" | "start";
  readonly sampling: Sampling;
  readonly seed: number;
  readonly largest: LargestStep;
}

/** What a step holds at most, which the device is tried with before the first. */
export interface LargestStep {
  /** Sequences that go through the model at once. */
  readonly sequences: number;
  /** Answers that are scored before anything is learned from them. */
  readonly scored: number;
  /** All prompts that will be asked. */
  readonly prompts: readonly string[];
  /** Answers that were given before. New ones are as long as `sampling` allows. */
  readonly answers: readonly string[];
}

/** A rollout by its position among those held, with what it is paid. */
export interface ScoredRollout {
  readonly rollout: number;
  readonly score: number;
  /** RLOO and GRPO compare answers of one group. */
  readonly group: number;
}

/** An answer of a pair: a rollout by its position among those held, or a text that was given before. */
export type PairAnswer = { readonly rollout: number } | { readonly text: string };

export interface PreferencePair {
  readonly prompt: string;
  readonly chosen: PairAnswer;
  readonly rejected: PairAnswer;
}

/** PPO, RLOO and GRPO learn from the answers, DPO from the pairs. */
export interface RolloutBatch {
  readonly answers: readonly ScoredRollout[];
  readonly pairs: readonly PreferencePair[];
}

export type StepStats = PpoStats | GroupStats | DpoStats;

export interface RolloutTrainer extends Trainer<RolloutBatch, StepStats> {
  /** Samples one answer a prompt and holds the tokens until the next call. */
  rollout(prompts: readonly SeededPrompt[], hooks: Hooks): Promise<readonly string[]>;
}

/** The method that the settings name, with its own. */
export function learnerOf(config: StudyConfig): LearnerSettings {
  const { method } = config.rollouts;
  switch (method) {
    case "ppo":
      return { method, config: config.ppo };
    case "rloo":
      return { method, config: config.rloo };
    case "grpo":
      return { method, config: config.grpo };
    case "dpo":
      return { method, config: config.dpo };
  }
}

/** The setting that decides how many sequences of a step go through the model at once. */
export type AtOnceSetting = "ppo.miniBatchSize" | `${"rloo" | "grpo" | "dpo"}.microBatch`;

export function atOnceSetting(method: Method): AtOnceSetting {
  return method === "ppo" ? "ppo.miniBatchSize" : `${method}.microBatch`;
}

/**
 * Answers that go through the model at once, as far as memory is concerned.
 * @param wordings  of the question that has most of them: a step learns from one question.
 */
export function answersAtOnce(config: StudyConfig, wordings: number): number {
  const { method } = config.rollouts;
  const answers = answersOfStep(config, wordings);
  if (method === "ppo") return Math.min(config.ppo.miniBatchSize, answers);
  const { microBatch } = config[method];
  const pairs = method === "dpo" ? 2 : 1; // a pair is two answers
  return pairs * Math.min(microBatch, answers);
}

/** Answers that are scored before a step learns from them. DPO scores its pairs as it learns from them, so many at once. */
export function answersScored(config: StudyConfig, wordings: number): number {
  const isDpo = config.rollouts.method === "dpo";
  return isDpo ? answersAtOnce(config, wordings) : answersOfStep(config, wordings);
}

function answersOfStep({ rollouts }: StudyConfig, wordings: number): number {
  const { method, batch, samples } = rollouts;
  return method === "ppo" && batch === "answer" ? 1 : wordings * samples;
}
