/** What a study has gathered over its cycles. */
import type { Question, QuestionId } from "../corpus/corpus";
import type { CycleOutcome } from "../format/report";
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
  readonly kept = new Map<QuestionId, readonly TrainingExample[]>();
  readonly used = new Set<QuestionId>();
  readonly selection: (SelectionRecord & { readonly cycle: number })[] = [];
  readonly cycles: CycleOutcome[] = [];
  readonly candidates: Candidate[] = [];
  readonly trainQuestions = new Map<QuestionId, Question>();
  /** By cycle; `pretrained` says whether the target was still the pretrained model. */
  readonly trainSage: (CycleResult["trainSage"] & { readonly pretrained: boolean })[] = [];

  readonly #baselineMean: number | null;

  constructor(baseline: Evaluated) {
    this.#baselineMean = baseline.summary.mean;
  }

  add(
    questions: readonly Question[],
    result: CycleResult,
    { cycles: { minimumGain } }: Pick<StudyConfig, "cycles">,
  ): CycleOutcome {
    this.trainSage.push({ ...result.trainSage, pretrained: this.best === null });
    const scored = result.candidates.flatMap((candidate) => {
      const { mean } = candidate.evaluated.summary;
      return mean === null ? [] : [{ candidate, mean }];
    });
    const bestOfCycle = scored.reduce<(typeof scored)[number] | null>(
      (best, one) => (best !== null && best.mean >= one.mean ? best : one),
      null,
    );
    const toBeat = this.best?.evaluated.summary.mean ?? this.#baselineMean ?? -Infinity;
    const improved = bestOfCycle !== null && bestOfCycle.mean > toBeat + minimumGain;
    if (improved) this.best = bestOfCycle.candidate;
    for (const question of questions) {
      this.used.add(question.id);
      this.trainQuestions.set(question.id, question);
    }
    this.bestOfCycles.push(bestOfCycle?.mean ?? null);
    for (const { id } of questions) this.kept.delete(id);
    for (const [id, examples] of result.kept) this.kept.set(id, examples);
    const { cycle } = result.outcome;
    this.selection.push(...result.selection.map((record) => ({ ...record, cycle })));
    this.candidates.push(...result.candidates);
    const outcome = { ...result.outcome, improved };
    this.cycles.push(outcome);
    return outcome;
  }
}
