/** What a study has gathered over its cycles. */
import type { Question, QuestionId } from "../corpus/corpus";
import type { CycleOutcome, SageById } from "../format/report";
import type { SelectionRecord } from "../select/select";
import type { StudyConfig } from "./config";
import type { Candidate, CycleResult } from "./cycle";
import type { Evaluated } from "./evaluate";
import type { TrainingExample } from "./ports";

export class Progress {
  /** Highest mean SaGE on the held-out questions; null while nothing beat the baseline. */
  best: Candidate | null = null;
  /** Best mean of each cycle, null where it has no model. */
  readonly bestOfCycles: (number | null)[] = [];
  readonly kept: TrainingExample[] = [];
  readonly used = new Set<QuestionId>();
  readonly selection: SelectionRecord[] = [];
  readonly cycles: CycleOutcome[] = [];
  readonly candidates: Candidate[] = [];
  readonly trainQuestions = new Map<QuestionId, Question>();
  readonly trainSage: { readonly target: SageById; readonly aligned: SageById }[] = [];

  readonly #baselineMean: number | null;

  constructor(baseline: Evaluated) {
    this.#baselineMean = baseline.summary.mean;
  }

  add(
    questions: readonly Question[],
    result: CycleResult,
    { cycles: { minimumGain } }: Pick<StudyConfig, "cycles">,
  ): CycleOutcome {
    let improved = false;
    let bestOfCycle: number | null = null;
    for (const candidate of result.candidates) {
      const { mean } = candidate.evaluated.summary;
      if (mean === null) continue;
      bestOfCycle = Math.max(bestOfCycle ?? -Infinity, mean);
      const toBeat = this.best?.evaluated.summary.mean ?? this.#baselineMean ?? -Infinity;
      if (mean > toBeat + minimumGain) {
        this.best = candidate;
        improved = true;
      }
    }
    for (const question of questions) {
      this.used.add(question.id);
      this.trainQuestions.set(question.id, question);
    }
    this.bestOfCycles.push(bestOfCycle);
    this.kept.push(...result.kept);
    this.selection.push(...result.selection);
    this.candidates.push(...result.candidates);
    this.trainSage.push(result.trainSage);
    const outcome = { ...result.outcome, improved };
    this.cycles.push(outcome);
    return outcome;
  }
}
