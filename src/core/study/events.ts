import type { AnswerSet, Role } from "../answers/answer";
import type { Spending } from "../chat/cost";
import type { Finding } from "../health/finding";
import type { SelectionRecord } from "../select/select";
import type { TrainingPhase } from "./checkpoint";
import type { PinnedAnswer } from "./pinned";
import type { CycleOutcome, ModelSummary } from "../format/report";
import type { QuestionScore } from "./scoring";
import type { SftStep, StepStats } from "./trainer";

export type PhaseKind = "answer" | "score" | "select" | "lora" | "ppo";

/** A stretch of work with a countable end. Cycle 0 is the first evaluation, before any training. */
export interface Phase {
  readonly kind: PhaseKind;
  readonly cycle: number;
  /** The model that answers, is scored or is trained; null for selection, which sees two. */
  readonly role: Role | null;
  readonly split: AnswerSet["split"];
  readonly total: number;
  readonly unit: "answers" | "questions" | "steps";
  /** Pairs of the feedback list that each step learns from beside its own, where DPO has any: they are what makes one step longer than another. */
  readonly feedbackPairs?: readonly number[];
}

/** What a study tells while it runs. Everything in it can be shown as it stands and sent between threads. */
export type StudyEvent =
  | { readonly kind: "phase"; readonly phase: Phase }
  | { readonly kind: "progress"; readonly done: number; readonly total: number }
  | { readonly kind: "scores"; readonly set: AnswerSet; readonly scores: readonly QuestionScore[] }
  | { readonly kind: "model"; readonly cycle: number; readonly model: ModelSummary }
  | { readonly kind: "selection"; readonly cycle: number; readonly record: SelectionRecord }
  | { readonly kind: "sft-step"; readonly cycle: number; readonly step: SftStep }
  /** A step of the phase after LoRA, by whatever method; its name is from before there were others than PPO. */
  | {
      readonly kind: "ppo-step";
      readonly cycle: number;
      readonly step: number;
      readonly totalSteps: number;
      readonly meanScore: number;
      readonly stats: StepStats;
      /** What this step showed to be wrong with the run, mostly nothing; missing in logs of before there was a watch. */
      readonly findings?: readonly Finding[];
    }
  /** What the model in training says to the pinned questions after this step; after 0 it has learned nothing. */
  | {
      readonly kind: "pinned";
      readonly cycle: number;
      readonly phase: TrainingPhase["kind"];
      readonly step: number;
      readonly answers: readonly PinnedAnswer[];
    }
  | { readonly kind: "cycle"; readonly outcome: CycleOutcome }
  /** The run goes on here: after this step of this phase, or with null where no training was under way. */
  | { readonly kind: "resumed"; readonly from: (TrainingPhase & { readonly step: number }) | null }
  /** What the aligned model's answers cost the run so far. */
  | { readonly kind: "spending"; readonly spending: Spending }
  /** What happened to the run from outside, in a sentence for its reader. Each is kept, in its place. */
  | { readonly kind: "note"; readonly sentence: string };
