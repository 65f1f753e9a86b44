import type { Corpus, Question, QuestionId } from "../corpus/corpus";
import { splitQuestions } from "../corpus/sample";
import { deriveSeed } from "../random";
import type { StudyConfig } from "./config";

export interface StudySplit {
  readonly evaluation: readonly Question[];
  readonly train: readonly Question[];
  /** Questions that are in neither part: one of their wordings is held out under another id. */
  readonly leftOut: readonly QuestionId[];
}

/**
 * Held-out and training questions, apart by their wordings too: a text that is evaluated is not trained on.
 * @throws RangeError naming the setting, if ids or numbers do not fit the corpus.
 */
export function splitCorpus(
  { questions: settings, seed }: StudyConfig,
  corpus: Corpus,
): StudySplit {
  const { evaluation, train } = splitQuestions(corpus.questions, {
    evaluationQuestions: settings.evaluation,
    alwaysEvaluate: settings.alwaysEvaluate,
    seed: deriveSeed(seed, "split"),
  });
  const heldOut = new Set(evaluation.flatMap(({ paraphrases }) => paraphrases.map(normalised)));
  const overlaps = ({ paraphrases }: Question) =>
    paraphrases.some((paraphrase) => heldOut.has(normalised(paraphrase)));
  return {
    evaluation,
    train: train.filter((question) => !overlaps(question)),
    leftOut: train.filter(overlaps).map(({ id }) => id),
  };
}

const normalised = (text: string) => text.toLowerCase().replaceAll(/\s+/g, " ").trim();
