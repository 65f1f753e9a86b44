/** The models that a run evaluated on its held-out questions, from its events. */
import type { AdapterWeights } from "../core/adapter/peft";
import { answerSetName, type AnswerSet } from "../core/answers/answer";
import { REPORTED_ROLES, type ReportedRole } from "../core/format/report";
import type { Corpus, Question, QuestionId } from "../core/corpus/corpus";
import type { QuestionScore } from "../core/study/scoring";
import type { Database } from "../storage/db";
import { eventsOf } from "../storage/events";
import { reportOf } from "../storage/reports";
import type { RunRecord } from "../storage/runs";

export interface EvaluatedModel {
  /** How an address names it. */
  readonly key: string;
  readonly run: RunRecord;
  readonly role: ReportedRole;
  readonly cycle: number;
  readonly scores: readonly QuestionScore[];
  /** Mean similarity of its answers to different questions; null where it is not known. */
  readonly control: number | null;
}

export function modelKey(runId: string, role: ReportedRole, cycle: number): string {
  return `${runId}~${role}~${cycle}`;
}

/** In the order in which they were evaluated. */
export async function evaluatedModels(db: Database, run: RunRecord): Promise<EvaluatedModel[]> {
  const found = new Map<string, EvaluatedModel>();
  const events = (await eventsOf(db, run.id)).flatMap((batch) => batch.events);
  for (const event of events) {
    if (event.kind === "scores" && isReported(event.set)) {
      const { role, cycle } = event.set;
      const { scores } = event;
      const key = modelKey(run.id, role, cycle);
      found.set(answerSetName(event.set), { key, run, role, cycle, scores, control: null });
    }
    if (event.kind === "model") {
      const { name: role, betweenQuestions } = event.model;
      const set = answerSetName({ cycle: event.cycle, role, split: "evaluation" });
      const model = found.get(set);
      if (model) found.set(set, { ...model, control: betweenQuestions });
    }
  }
  return [...found.values()];
}

/** The questions of its run's corpus that it was evaluated on. */
export function questionsOf(
  { scores }: EvaluatedModel,
  { questions }: Corpus,
): readonly Question[] {
  const evaluated = new Set(scores.map(({ id }) => id));
  return questions.filter(({ id }) => evaluated.has(id));
}

/**
 * What a model is asked again with: its adapter, or null where it was not trained.
 * @throws Error where it was, and the adapter is not kept.
 */
export function adapterToAsk(
  adapter: AdapterWeights | null,
  { role }: EvaluatedModel,
): AdapterWeights | null {
  if (adapter !== null || role === "baseline") return adapter;
  throw new Error("its adapter is not kept in this browser, so it can't be asked again");
}

/** The questions' texts, from the runs' reports: a corpus may have been deleted since. */
export async function questionTexts(
  runs: readonly { readonly db: Database; readonly runId: string }[],
): Promise<ReadonlyMap<QuestionId, string>> {
  const reports = await Promise.all(runs.map(({ db, runId }) => reportOf(db, runId)));
  return new Map(
    reports.flatMap((report) => report?.questions.map(({ id, question }) => [id, question]) ?? []),
  );
}

/** Why the scores of two models may not compare, as sentences. */
export function cautions(before: EvaluatedModel, after: EvaluatedModel): string[] {
  const [a, b] = [before.run.config, after.run.config];
  const said: string[] = [];
  if (a.encoder !== b.encoder) {
    said.push(
      `The answers were compared by different encoders (${a.encoder}, ${b.encoder}): these scores do not compare.`,
    );
  }
  if (before.run.corpusId !== after.run.corpusId) {
    said.push("The two runs are of different corpora: questions are paired by their ids alone.");
  }
  if (a.sampling.temperature !== b.sampling.temperature) {
    said.push(
      `Answers were sampled at temperature ${a.sampling.temperature} and ${b.sampling.temperature}; the lower one is the more consistent by itself.`,
    );
  }
  if (a.sage.sageExponent !== b.sage.sageExponent || a.sage.nodes !== b.sage.nodes) {
    said.push("SaGE was computed with different settings.");
  }
  return said;
}

function isReported(
  set: AnswerSet,
): set is AnswerSet & { readonly role: ReportedRole; readonly split: "evaluation" } {
  return set.split === "evaluation" && REPORTED_ROLES.some((role) => role === set.role);
}
