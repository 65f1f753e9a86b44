import type { Answer, AnswerSet } from "../core/answers/answer";
import { type Database } from "./db";
import { rowsUnder } from "./keys";
import { write } from "./write";

export interface AnswersRow extends AnswerSet {
  readonly runId: string;
  readonly answers: readonly Answer[];
}

/** Replaces the set, if the run has it already. */
export async function saveAnswers(
  db: Database,
  runId: string,
  { cycle, role, split }: AnswerSet,
  answers: readonly Answer[],
): Promise<void> {
  const row = { runId, cycle, role, split, answers };
  await write(db, ["answers"], (tx) => tx.objectStore("answers").put(row), row);
}

/** Null where the run has no such set. */
export async function answersOf(
  db: Database,
  runId: string,
  { cycle, role, split }: AnswerSet,
): Promise<readonly Answer[] | null> {
  return (await db.get("answers", [runId, cycle, role, split]))?.answers ?? null;
}

/** The sets that a run has, by cycle, then role. */
export async function answerSetsOf(db: Database, runId: string): Promise<AnswerSet[]> {
  const rows = await db.getAll("answers", rowsUnder(runId));
  return rows.map(({ cycle, role, split }) => ({ cycle, role, split }));
}
