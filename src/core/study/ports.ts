/** What a study needs from outside. The engine, storage and clients satisfy these; the loop knows nothing else. */
import type { AdapterConfig } from "../adapter/config";
import type { AdapterWeights } from "../adapter/peft";
import type { Answer, AnswerSet } from "../answers/answer";
import type { QuestionId } from "../corpus/corpus";
import type { Encoder } from "../encode/encoder";
import type { StudyReport } from "../format/report";
import type { PpoConfig } from "../ppo/config";
import type { PpoStats } from "../ppo/statistics";
import type { SftConfig } from "../sft/config";
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

export interface PpoSettings {
  readonly ppo: PpoConfig;
  readonly reference: "base" | "start";
  readonly sampling: Sampling;
  readonly seed: number;
}

/** The target model: it answers, and it can be trained through an adapter while its own weights stay frozen. */
export interface Policy {
  readonly name: string;
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
    hooks: Hooks & { readonly onStep: (step: SftStep) => void },
  ): Promise<AdapterWeights>;
  /** Starts PPO from the adapter in use. */
  startPpo(settings: PpoSettings): Promise<PpoSession>;
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

/** Where results go as soon as they exist, so that a cancelled study keeps them. Scores travel as events. */
export interface StudyStore {
  saveAnswers(set: AnswerSet, answers: readonly Answer[]): Promise<void>;
  saveAdapter(cycle: number, role: "lora" | "ppo", weights: AdapterWeights): Promise<void>;
  saveReport(report: StudyReport): Promise<void>;
}

export interface StudyPorts {
  readonly policy: Policy;
  readonly aligned: Aligned;
  readonly encoder: Encoder;
  readonly store: StudyStore;
}
