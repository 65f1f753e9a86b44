import { sampleWithoutReplacement, stream } from "../random";
import type { QuestionId } from "./corpus";

interface Identified {
  readonly id: QuestionId;
}

export interface SplitOptions {
  /** Size of the evaluation set, the questions of `alwaysEvaluate` included. */
  readonly evaluationQuestions: number;
  /** Questions never trained on. */
  readonly alwaysEvaluate: readonly QuestionId[];
  readonly seed: number;
}

/**
 * Draws the evaluation set, once a study; the rest is for training. A question is in exactly one of the two, with
 * all its paraphrases. Both keep the corpus's order.
 *
 * @throws RangeError if an id of `alwaysEvaluate` is not in the corpus, or the sizes don't fit.
 */
export function splitQuestions<Q extends Identified>(
  questions: readonly Q[],
  { evaluationQuestions, alwaysEvaluate, seed }: SplitOptions,
): { evaluation: Q[]; train: Q[] } {
  const always = new Set(alwaysEvaluate);
  const known = new Set(questions.map(({ id }) => id));
  const unknown = alwaysEvaluate.find((id) => !known.has(id));
  if (unknown !== undefined) {
    throw new RangeError(
      `questions.alwaysEvaluate: question ${unknown} is not in the corpus; take it out, or name another id`,
    );
  }
  checkCount("questions.evaluation", evaluationQuestions, questions.length);
  if (evaluationQuestions < always.size) {
    throw new RangeError(
      `questions.evaluation is ${evaluationQuestions}, but questions.alwaysEvaluate alone has ${always.size}`,
    );
  }
  const free = questions.filter(({ id }) => !always.has(id));
  const drawn = sampleWithoutReplacement(
    free,
    evaluationQuestions - always.size,
    stream(seed, "evaluation"),
  );
  const evaluationIds = new Set([...always, ...drawn.map(({ id }) => id)]);
  return {
    evaluation: questions.filter(({ id }) => evaluationIds.has(id)),
    train: questions.filter(({ id }) => !evaluationIds.has(id)),
  };
}

/**
 * Draws `count` questions at random, in the corpus's order: the part of a large corpus that a study uses.
 * @throws RangeError unless count is a whole number of at most the number of questions.
 */
export function drawQuestions<Q extends Identified>(
  questions: readonly Q[],
  count: number,
  seed: number,
): Q[] {
  checkCount("count", count, questions.length);
  const drawn = new Set(sampleWithoutReplacement(questions, count, stream(seed, "corpus")));
  return questions.filter((question) => drawn.has(question));
}

function checkCount(name: string, count: number, available: number): void {
  if (Number.isInteger(count) && count >= 0 && count <= available) return;
  throw new RangeError(
    `${name} must be a whole number from 0 to the corpus's ${available}, got ${count}`,
  );
}
