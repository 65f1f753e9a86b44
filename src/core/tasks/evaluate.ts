/** A model takes a task. */
import type { Question, QuestionId } from "../corpus/corpus";
import { meanMeasure, type Measured } from "../measures/measured";
import { deriveSeed } from "../random";
import { type Interval, bootstrapMean } from "../statistics/bootstrap";
import type { Hooks } from "../study/hooks";
import type { ContinuationModel } from "./log-probs";
import type { Task } from "./task";

/** One question's figures by measure, all null with a reason where the model could not be asked. */
export interface TaskRow {
  readonly id: QuestionId;
  readonly values: Readonly<Record<string, number | null>>;
  readonly reason: string | null;
}

export interface TaskSummary extends Measured {
  readonly name: string;
  readonly title: string;
  /** 95 %, percentile bootstrap over questions; null below 2. */
  readonly interval: readonly [number, number] | null;
}

/** Asks question by question, so that no question's figures depend on which others are asked. */
export async function takeTask(
  task: Task,
  questions: readonly Question[],
  model: ContinuationModel,
  { signal, onProgress }: Hooks,
): Promise<TaskRow[]> {
  const rows: TaskRow[] = [];
  for (const question of questions) {
    signal.throwIfAborted();
    rows.push(await takeQuestion(task, question, model, signal));
    onProgress?.(rows.length, questions.length);
  }
  return rows;
}

async function takeQuestion(
  task: Task,
  question: Question,
  model: ContinuationModel,
  signal: Hooks["signal"],
): Promise<TaskRow> {
  const { id } = question;
  const without = (reason: string) => ({
    id,
    values: Object.fromEntries(task.measures.map(({ name }) => [name, null])),
    reason,
  });
  const requests = task.requests(question);
  if (requests === null) return without(`it has not what ${task.title} asks`);
  const logProbs = await model.logProbs(requests, { signal });
  const found = logProbs.flatMap((logProb) => logProb ?? []);
  if (found.length < requests.length) return without(`it is too long for ${model.name}`);
  return { id, values: task.score(question, found), reason: null };
}

/** The mean of each measure over the questions that have one. */
export function summariseTask(task: Task, rows: readonly TaskRow[], seed: number): TaskSummary[] {
  return task.measures.map(({ name, title }) => {
    const values = rows.flatMap(({ values }) => values[name] ?? []);
    const reason = rows.find(({ reason }) => reason !== null)?.reason;
    const mean = meanMeasure(values, reason ?? "no question has a right answer");
    const bounds: Interval | null = bootstrapMean(values, { seed: deriveSeed(seed, name) });
    return { name, title, ...mean, interval: bounds && [bounds.low, bounds.high] };
  });
}
