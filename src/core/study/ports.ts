/** What a study needs from outside. The engine, storage and clients satisfy these; the loop knows nothing else. */
import type { AdapterConfig } from "../adapter/config";
import type { AdapterWeights } from "../adapter/peft";
import type { Answer, AnswerSet } from "../answers/answer";
import type { QuestionId } from "../corpus/corpus";
import type { Encoder } from "../encode/encoder";
import type { StudyReport } from "../format/report";
import type { ModelOrigin } from "../models/origin";
import type { PpoConfig } from "../ppo/config";
import type { PpoStats } from "../ppo/statistics";
import type { SftConfig } from "../sft/config";
import type { Checkpoint, TrainingPhase, TrainingState } from "./checkpoint";
import type { Sampling } from "./config";
import type { Hooks } from "./hooks";

/** A prompt with its own seed, so that an answer does not depend on what else is asked at the same time. */
export interface SeededPrompt {
  readonly prompt: string;
  readonly seed: number;
}

export interface TrainingExample {
  readonly prompt: string;
  readonly answer: string;
}

/** One optimiser step of fine-tuning. Loss in nats a token; tokens are those that counted in the loss. */
export interface SftStep {
  readonly step: number;
  readonly totalSteps: number;
  readonly loss: number;
  readonly learningRate: number;
  readonly gradientNorm: number;
  readonly tokens: number;
}

export interface FineTuneSettings {
  readonly adapter: AdapterConfig;
  readonly sft: SftConfig;
  readonly seed: number;
}

/** How fine-tuning is watched, saved and taken up again. */
export interface FineTuneHooks extends Hooks {
  readonly onStep: (step: SftStep) => void;
  /** Goes on from this, a snapshot of the same examples and settings. Null, the default: starts from a fresh adapter. */
  readonly from?: TrainingState | null;
  /**
   * Awaited after each optimiser step and its `onStep`. `snapshot` copies to the host what is needed to go on; a step
   * after which it is not called reads nothing for it. What this throws ends the training.
   */
  readonly afterStep?: (step: number, snapshot: () => Promise<TrainingState>) => Promise<void>;
}

export interface PpoSettings {
  readonly ppo: PpoConfig;
  readonly reference: "base" | "start";
  readonly sampling: Sampling;
  readonly seed: number;
}

/** The target model: it answers, and it can be trained through an adapter while its own weights stay frozen. */
export interface Policy {
  readonly name: string;
  /** Where it came from; null or absent for the model that comes with the app. */
  readonly origin?: ModelOrigin | null;
  /** As it stands: with the adapter, if one is attached. */
  generate(
    prompts: readonly SeededPrompt[],
    sampling: Sampling,
    hooks: Hooks,
  ): Promise<readonly string[]>;
  /** @param name  of the prompt, for the message. @throws RangeError if prompt and answer do not fit the model. */
  checkPrompt(prompt: string, sampling: Sampling, name: string): void;
  /** @throws RangeError if the adapter's targets name no map of the model. */
  checkAdapter(config: AdapterConfig): void;
  /** Attaches these weights, or with null goes back to the pretrained model. */
  useAdapter(weights: AdapterWeights | null): Promise<void>;
  /** Attaches a fresh adapter to the pretrained model and trains it. */
  fineTune(
    examples: readonly TrainingExample[],
    settings: FineTuneSettings,
    hooks: FineTuneHooks,
  ): Promise<AdapterWeights>;
  /**
   * Starts PPO from the adapter in use, which is what the reference "start" stands for.
   * @param from  goes on from this snapshot of a session that started from the same adapter. Null, the default: starts.
   */
  startPpo(settings: PpoSettings, from?: TrainingState | null): Promise<PpoSession>;
}

/** A rollout by its position among those held, with what it is paid. */
export interface ScoredRollout {
  readonly rollout: number;
  readonly score: number;
}

export interface PpoSession {
  /** Samples one answer a prompt and holds the tokens until the next call. */
  rollout(prompts: readonly SeededPrompt[], hooks: Hooks): Promise<readonly string[]>;
  /** One PPO step on some of the held rollouts. Answers too short to learn from are skipped and counted. */
  step(batch: readonly ScoredRollout[], hooks: Hooks): Promise<PpoStats>;
  /** A host copy of what is needed to go on, without the rollouts held. `step` counts PPO steps. */
  snapshot(): Promise<TrainingState>;
  /** Frees what only PPO needs and returns the adapter, which stays attached. */
  end(): Promise<AdapterWeights>;
}

export interface AlignedRequest {
  readonly questionId: QuestionId;
  readonly paraphrase: number;
  readonly question: string;
}

/** The model to learn from: an API, or answers recorded earlier. */
export interface Aligned {
  readonly name: string;
  /** Answers in the order of the requests; `onAnswer` hears each as it comes, in any order. */
  answer(
    requests: readonly AlignedRequest[],
    hooks: Hooks & { readonly onAnswer?: (answer: Answer) => void },
  ): Promise<readonly Answer[]>;
}

/**
 * Where results go as soon as they exist, and where a study that goes on finds them again. Scores travel as events.
 * A save has happened when its promise resolves; what was saved before it is never lost by it. What a load gives is
 * what was saved, to the bit; what is damaged counts as not there, and is then computed again.
 */
export interface StudyStore {
  /** Replaces the set. It may be a part of the set, in the order of questions and wordings, with more to come. */
  saveAnswers(set: AnswerSet, answers: readonly Answer[]): Promise<void>;
  /** What was saved last of the set, complete or not; null if nothing was. */
  loadAnswers(set: AnswerSet): Promise<readonly Answer[] | null>;
  saveAdapter(cycle: number, role: "lora" | "ppo", weights: AdapterWeights): Promise<void>;
  loadAdapter(cycle: number, role: "lora" | "ppo"): Promise<AdapterWeights | null>;
  /** Events that were reported before this call must be stored no later than the checkpoint: it may be gone on from. */
  saveCheckpoint(checkpoint: Checkpoint): Promise<void>;
  /** The newest of the phase that is proven whole; null if there is none. */
  loadCheckpoint(phase: TrainingPhase): Promise<Checkpoint | null>;
  saveReport(report: StudyReport): Promise<void>;
}

export interface StudyPorts {
  readonly policy: Policy;
  readonly aligned: Aligned;
  readonly encoder: Encoder;
  readonly store: StudyStore;
}
