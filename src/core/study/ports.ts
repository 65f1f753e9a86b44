/** What a study needs from outside. The engine, storage and clients satisfy these; the loop knows nothing else. */
import type { AdapterConfig } from "../adapter/config";
import type { AdapterWeights } from "../adapter/peft";
import type { Answer, AnswerSet } from "../answers/answer";
import type { Spending } from "../chat/cost";
import type { QuestionId } from "../corpus/corpus";
import type { Encoder } from "../encode/encoder";
import type { StudyReport } from "../format/report";
import type { ModelOrigin } from "../models/origin";
import type { Checkpoint, TrainingPhase, TrainingState } from "./checkpoint";
import type { Sampling } from "./config";
import type { Hooks } from "./hooks";
import type { RolloutSettings, RolloutTrainer, SftSettings, SftTrainer } from "./trainer";

/** A prompt with its own seed, so that an answer does not depend on what else is asked at the same time. */
export interface SeededPrompt {
  readonly prompt: string;
  readonly seed: number;
}

export interface TrainingExample {
  readonly prompt: string;
  readonly answer: string;
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
  /**
   * Attaches a fresh adapter to the pretrained model, to be trained on some of the examples at a time.
   * @param from  goes on from this snapshot of a training with the same examples and settings. Null, the default: starts.
   */
  startSft(
    examples: readonly TrainingExample[],
    settings: SftSettings,
    from?: TrainingState | null,
  ): Promise<SftTrainer>;
  /**
   * Starts training from the adapter in use, which is what the reference "start" stands for.
   * @param from  goes on from this snapshot of a training that started from the same adapter. Null, the default: starts.
   */
  startRollouts(settings: RolloutSettings, from?: TrainingState | null): Promise<RolloutTrainer>;
}

export interface AlignedRequest {
  readonly questionId: QuestionId;
  readonly paraphrase: number;
  readonly question: string;
  /** Which sample of this text: 0, or more where a question has the same wording again. */
  readonly sample: number;
}

/** The model to learn from: an API, or answers recorded earlier. */
export interface Aligned {
  readonly name: string;
  /** What its answers cost so far; absent where none costs anything. */
  readonly spending?: () => Spending;
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
