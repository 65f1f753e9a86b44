/** What people and models said of the pairs of one question's answers in a run. */
import { tableOf } from "../core/annotation/label-table";
import { mergeSessions } from "../core/annotation/merge";
import type { AnswerPair } from "../core/annotation/pair";
import type { Rater } from "../core/annotation/session-file";
import type { Label } from "../core/annotation/task";
import type { AnswerSet } from "../core/answers/answer";
import type { QuestionId } from "../core/corpus/corpus";
import type { Database } from "../storage/db";
import { sessionsOf } from "../storage/sessions";
import { listTasks } from "../storage/tasks";

export interface LabelledPair {
  readonly taskId: string;
  /** Whose answers; with `against`, of two models to one wording. */
  readonly set: AnswerSet;
  readonly against: AnswerSet | null;
  readonly pair: AnswerPair;
  /** Each rater who labelled it. */
  readonly labels: readonly { readonly rater: Rater; readonly label: Label }[];
}

/** Pairs that at least one rater has labelled, newest task first. */
export async function labelsOfQuestion(
  db: Database,
  runId: string,
  questionId: QuestionId,
): Promise<LabelledPair[]> {
  const found: LabelledPair[] = [];
  for (const { task, source } of await listTasks(db)) {
    if (source.kind !== "run" || source.runId !== runId) continue;
    if (!task.pairs.some((pair) => pair.questionId === questionId)) continue;
    const sessions = await sessionsOf(db, task.id);
    const sourced = sessions.map(({ rater, events }) => ({
      source: rater.name,
      session: { task, rater, events },
    }));
    const { raters, rows } = tableOf(mergeSessions(task, sourced));
    for (const { pair, labels } of rows) {
      const given = labels.flatMap((label, i) =>
        label === null ? [] : [{ rater: raters[i]!, label }],
      );
      if (pair.questionId !== questionId || given.length === 0) continue;
      const { set, against = null } = source;
      found.push({ taskId: task.id, set, against, pair, labels: given });
    }
  }
  return found;
}
