/** The results table: from the report where there is one, else from what the run has scored so far. */
import { answerSetName } from "../core/answers/answer";
import type { Corpus, QuestionId } from "../core/corpus/corpus";
import {
  type Comparison,
  type ModelSummary,
  REPORTED_ROLES,
  type ReportedRole,
  sageById,
  type StudyReport,
} from "../core/format/report";
import { compareModels } from "../core/study/compare";
import type { StudyConfig } from "../core/study/config";
import type { QuestionScore } from "../core/study/scoring";
import type { StudyView } from "./study-view";

export interface ResultRow {
  readonly id: QuestionId;
  readonly question: string;
  /** Without an entry where that model has not been evaluated; an entry's `sage` is null where it is undefined. */
  readonly scores: ReadonlyMap<ReportedRole, QuestionScore>;
}

export interface StudyResults {
  /** In the order of `REPORTED_ROLES`, those that have been evaluated. */
  readonly models: readonly ModelSummary[];
  readonly rows: readonly ResultRow[];
  /** Each model that has been evaluated against the baseline. */
  readonly comparisons: readonly Comparison[];
  /** The cycle that LoRA and PPO are shown of. */
  readonly cycle: number;
}

/**
 * LoRA and PPO are shown of one cycle: the report's choice (the cycle of the best model, or the last), or during a
 * run the newest that has a model.
 */
export function studyResults(
  view: StudyView,
  report: StudyReport | null,
  corpus: Corpus | null,
  config: Pick<StudyConfig, "seed" | "statistics">,
): StudyResults {
  const cycle = shownCycle(view, report);
  const isShown = (of: number) => of === 0 || of === cycle;
  const models = REPORTED_ROLES.flatMap(
    (role) => view.models.findLast(({ name, cycle }) => name === role && isShown(cycle)) ?? [],
  );
  const byRole = models.map(({ name, cycle }) => {
    const set = view.scored.get(answerSetName({ cycle, role: name, split: "evaluation" }));
    return [name, new Map(set?.scores.map((score) => [score.id, score]))] as const;
  });
  const ids = new Set(byRole.flatMap(([, scores]) => [...scores.keys()]));
  const texts = new Map<QuestionId, string>([
    ...(report?.questions.map(({ id, question }) => [id, question] as const) ?? []),
    ...(corpus?.questions.map(({ id, text }) => [id, text] as const) ?? []),
  ]);
  const rows = [...ids].map((id) => ({
    id,
    question: texts.get(id) ?? `Question ${id}`,
    scores: new Map(
      byRole.flatMap(([role, scores]) => {
        const score = scores.get(id);
        return score === undefined ? [] : [[role, score] as const];
      }),
    ),
  }));
  return { models, rows, comparisons: report?.comparisons ?? compared(byRole, config), cycle };
}

/** The report's comparisons, before there is a report. */
function compared(
  byRole: readonly (readonly [ReportedRole, ReadonlyMap<QuestionId, QuestionScore>])[],
  config: Pick<StudyConfig, "seed" | "statistics">,
): Comparison[] {
  const models = byRole.map(([name, scores]) => ({ name, sage: sageById([...scores.values()]) }));
  const [baseline, ...others] = models;
  if (baseline?.name !== "baseline") return [];
  return others.flatMap((model) => compareModels(model, baseline, config) ?? []);
}

function shownCycle({ models }: StudyView, report: StudyReport | null): number {
  const trained = models.filter(({ cycle }) => cycle > 0);
  if (report !== null && report.best.cycle > 0) return report.best.cycle;
  return trained.at(-1)?.cycle ?? 0;
}
