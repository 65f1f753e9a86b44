/** What a study found, as report.json holds it. Nothing in it depends on when or how fast it ran. */
import type { Role } from "../answers/answer";
import type { QuestionId } from "../corpus/corpus";
import type { Finding } from "../health/finding";
import type { MeasureSummaries } from "../measures/summarise";
import type { ModelOrigin } from "../models/origin";
import type { SelectionRecord } from "../select/select";
import type { StudyConfig } from "../study/config";
import type { QuestionScore } from "../study/scoring";

export const REPORT_FORMAT = "steadfast-report";
export const REPORT_VERSION = 1;

export type ReportedRole = Exclude<Role, "target">;
export const REPORTED_ROLES = [
  "baseline",
  "lora",
  "ppo",
  "aligned",
] as const satisfies ReportedRole[];

/** Mean SaGE of one model over the evaluation questions. */
export interface ModelSummary {
  readonly name: ReportedRole;
  readonly mean: number | null;
  /** Percentile bootstrap over questions; null below 2 questions. */
  readonly interval: readonly [low: number, high: number] | null;
  readonly n: number;
  /** Control: mean similarity of answers to different questions; it must not rise as SaGE does. */
  readonly betweenQuestions: number | null;
  /** All other measures; missing in reports written before there were any. */
  readonly measures?: MeasureSummaries;
}

/** A model against the baseline, question by question. */
export interface Comparison {
  readonly name: ReportedRole;
  readonly against: ReportedRole;
  readonly meanDifference: number;
  readonly interval: readonly [low: number, high: number] | null;
  readonly n: number;
  readonly higher: number;
  readonly lower: number;
  readonly equal: number;
  /** Two-sided sign-flip permutation. */
  readonly p: number;
}

export interface ReportedQuestion {
  readonly id: QuestionId;
  readonly question: string;
  readonly split: "evaluation" | "train";
  /** Null where that model did not answer the question: training questions are not evaluated. */
  readonly sage: Readonly<Record<ReportedRole, number | null>>;
}

export interface CycleOutcome {
  readonly cycle: number;
  readonly trainedOn: number;
  readonly feedback: number;
  readonly rejected: number;
  /** Why there is no LoRA or PPO model in this cycle; null where there is. */
  readonly reason: string | null;
  readonly models: readonly ModelSummary[];
  /** Whether this cycle's better model became the best so far. */
  readonly improved: boolean;
  /** Answers that PPO left out because they were too short to learn from. */
  readonly skippedAnswers: number;
  /** What was found wrong with this cycle's PPO; missing in reports written before there was such a list. */
  readonly health?: readonly Finding[];
}

export interface StudyReport {
  readonly format: typeof REPORT_FORMAT;
  readonly version: typeof REPORT_VERSION;
  readonly config: StudyConfig;
  readonly seed: number;
  readonly encoder: { readonly name: string; readonly revision: string };
  readonly corpus: {
    readonly name: string;
    readonly questions: number;
    /** Neither held out nor trained on: a wording of theirs is held out under another id. */
    readonly leftOut: readonly QuestionId[];
  };
  readonly target: string;
  /** Where the target came from, with the checksums of its files; missing for the demo model and in older reports. */
  readonly targetModel?: ModelOrigin;
  readonly aligned: string;
  /** The model kept: highest mean SaGE on the evaluation questions. */
  readonly best: { readonly name: ReportedRole; readonly cycle: number };
  readonly models: readonly ModelSummary[];
  readonly comparisons: readonly Comparison[];
  readonly questions: readonly ReportedQuestion[];
  readonly selection: readonly (SelectionRecord & { readonly cycle: number })[];
  readonly cycles: readonly CycleOutcome[];
}

export type SageById = ReadonlyMap<QuestionId, number | null>;

export function sageById(scores: readonly Pick<QuestionScore, "id" | "sage">[]): SageById {
  return new Map(scores.map(({ id, sage }) => [id, sage]));
}

/** The log of the selection, cycle by cycle, in its order. */
export function selectionByCycle({ cycles, selection }: StudyReport) {
  return cycles.map(({ cycle }) => ({
    cycle,
    records: selection.filter((record) => record.cycle === cycle),
  }));
}

/** The cycle whose LoRA and PPO models the report shows: that of the best model, or the last that has any; 0 if none has. */
export function shownCycle({ best, cycles }: StudyReport): number {
  if (best.cycle > 0) return best.cycle;
  return cycles.findLast(({ models }) => models.length > 0)?.cycle ?? 0;
}
