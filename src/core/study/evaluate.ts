/** Scores a set of answers, and sums a model up on the evaluation questions. */
import type { Answer, AnswerSet } from "../answers/answer";
import type { ModelSummary, ReportedRole, SageById } from "../format/report";
import { sageById } from "../format/report";
import { type MeasureSummaries, summariseMeasures } from "../measures/summarise";
import { deriveSeed } from "../random";
import { bootstrapMean } from "../statistics/bootstrap";
import type { StudyConfig } from "./config";
import { type Run, hooksOf } from "./context";
import { type QuestionScore, type Scoring, scoreAnswers } from "./scoring";

export interface Evaluated {
  readonly summary: ModelSummary;
  readonly sage: SageById;
}

/** Scores the answers of one set, and reports the scores. */
export async function score(
  set: AnswerSet,
  answers: readonly Answer[],
  run: Run,
): Promise<Scoring> {
  const { cycle, role, split } = set;
  const total = answers.length;
  run.report({
    kind: "phase",
    phase: { kind: "score", cycle, role, split, total, unit: "answers" },
  });
  // Answers alone: the target has no rules of thumb, and mixed and unmixed scores do not compare.
  const sage = { ...run.config.sage, answerWeight: 1 };
  const scoring = await scoreAnswers(answers, run.ports.encoder, sage, hooksOf(run));
  run.report({ kind: "scores", set, scores: scoring.scores });
  return scoring;
}

/** A model's mean SaGE over the evaluation questions, with its interval and its control. */
export async function evaluate(
  name: ReportedRole,
  cycle: number,
  answers: readonly Answer[],
  run: Run,
): Promise<Evaluated> {
  const scoring = await score({ cycle, role: name, split: "evaluation" }, answers, run);
  const sage = sageById(scoring.scores);
  const measures = measuresOf(scoring.scores, run.config);
  const summary = { ...summarise(name, sage, scoring.betweenQuestions, run.config), measures };
  run.report({ kind: "model", cycle, model: summary });
  return { summary, sage };
}

/** Undefined scores are left out of the mean; n says how many were in. */
export function summarise(
  name: ReportedRole,
  sage: SageById,
  betweenQuestions: number | null,
  { seed, statistics }: Pick<StudyConfig, "seed" | "statistics">,
): ModelSummary {
  const values = [...sage.values()].filter((x) => x !== null);
  const interval = bootstrapMean(values, { ...statistics, seed: deriveSeed(seed, "bootstrap") });
  return {
    name,
    mean: values.length === 0 ? null : values.reduce((a, b) => a + b) / values.length,
    interval: interval && [interval.low, interval.high],
    n: values.length,
    betweenQuestions,
  };
}

/** The means of all other measures. */
export function measuresOf(
  scores: readonly QuestionScore[],
  { seed, statistics }: Pick<StudyConfig, "seed" | "statistics">,
): MeasureSummaries {
  return summariseMeasures(scores, { ...statistics, seed: deriveSeed(seed, "measures") });
}
