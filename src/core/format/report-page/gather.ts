/** Puts together what a report page carries. */
import { type Answer, type AnswerSet, answerSetName } from "../../answers/answer";
import type { Corpus } from "../../corpus/corpus";
import { curveOf } from "../../study/curves";
import type { StudyEvent } from "../../study/events";
import type { QuestionScore } from "../../study/scoring";
import type { SftStep, StepStats } from "../../study/trainer";
import { shownCycle, type StudyReport } from "../report";
import { REPORT_PAGE_FORMAT, REPORT_PAGE_VERSION, type ReportContent } from "./content";

export interface ReportSources {
  /** Version of this program. */
  readonly steadfast: string;
  readonly report: StudyReport;
  readonly corpus: Corpus;
  /** Scores of a set of answers, as the study told them; null where it has none. */
  readonly scoresOf: (set: AnswerSet) => readonly QuestionScore[] | null;
  readonly answersOf: (set: AnswerSet) => Promise<readonly Answer[] | null>;
  readonly sftSteps: readonly (SftStep & { readonly cycle: number })[];
  readonly ppoSteps: readonly {
    readonly cycle: number;
    readonly step: number;
    readonly meanScore: number;
    readonly stats: StepStats;
  }[];
}

/** What the events of a study tell of it. */
export function toldBy(
  events: readonly StudyEvent[],
): Pick<ReportSources, "scoresOf" | "sftSteps" | "ppoSteps"> {
  const scored = new Map(
    events.flatMap((event) =>
      event.kind === "scores" ? [[answerSetName(event.set), event.scores] as const] : [],
    ),
  );
  return {
    scoresOf: (set) => scored.get(answerSetName(set)) ?? null,
    sftSteps: events.flatMap((event) =>
      event.kind === "sft-step" ? [{ cycle: event.cycle, ...event.step }] : [],
    ),
    ppoSteps: events.filter((event) => event.kind === "ppo-step"),
  };
}

/** @throws Error if the scores or answers of a reported model are gone. */
export async function gatherReport(sources: ReportSources): Promise<ReportContent> {
  const { report, corpus } = sources;
  const shown = shownCycle(report);
  const heldOut = new Set(
    report.questions.filter(({ split }) => split === "evaluation").map(({ id }) => id),
  );
  const models = await Promise.all(
    report.models.map(async ({ name }) => {
      const cycle = name === "lora" || name === "ppo" ? shown : 0;
      const set = { cycle, role: name, split: "evaluation" } as const;
      const scores = sources.scoresOf(set);
      const answers = await sources.answersOf(set);
      if (scores === null || answers === null) {
        throw new Error(`the answers of the model "${name}" are gone, so no report can show them`);
      }
      return { name, scores, answers };
    }),
  );
  return {
    format: REPORT_PAGE_FORMAT,
    version: REPORT_PAGE_VERSION,
    steadfast: sources.steadfast,
    report,
    questions: corpus.questions
      .filter(({ id }) => heldOut.has(id))
      .map(({ id, text, paraphrases }) => ({ id, text, paraphrases })),
    models,
    training: {
      lora: sources.sftSteps
        .filter(({ cycle }) => cycle === shown)
        .map(({ step, loss }) => ({ step, loss })),
      ppo: sources.ppoSteps
        .filter(({ cycle }) => cycle === shown)
        .map(({ step, meanScore, stats }) => ({
          step,
          score: meanScore,
          kl: curveOf(stats, "objective/kl"),
        })),
    },
  };
}
