/** What the selection leaves to learn from: examples of the questions that passed, and pairs of those on the feedback list. */
import type { Answer } from "../answers/answer";
import { fillPrompt } from "../answers/prompt";
import type { Question, QuestionId } from "../corpus/corpus";
import type { TrainingExample } from "./ports";
import type { PreferencePair } from "./trainer";

export type ExamplesByQuestion = ReadonlyMap<QuestionId, readonly TrainingExample[]>;

/** A pair of which both answers were given before. */
export interface TextPair extends PreferencePair {
  readonly chosen: { readonly text: string };
  readonly rejected: { readonly text: string };
}

/** The feedback list as pairs, by question. */
export type FeedbackPairs = ReadonlyMap<QuestionId, readonly TextPair[]>;

/** A model's answers to the questions that are in the set, each to the prompt of its wording. */
export function toExamples(
  answers: readonly Answer[],
  questions: readonly Question[],
  kept: ReadonlySet<QuestionId>,
  template: string,
): ExamplesByQuestion {
  return mapQuestions(questions, kept, ({ id, paraphrases }) =>
    answers
      .filter(({ questionId }) => questionId === id)
      .map(({ paraphrase, text }) => ({
        prompt: fillPrompt(template, paraphrases[paraphrase]!),
        answer: text,
      })),
  );
}

/**
 * One model's answers preferred to another's, wording by wording. Answers that are equal or empty make no pair.
 * @param questions  of which pairs are made, if their ids are in `ids`.
 */
export function toPairs(
  preferred: readonly Answer[],
  other: readonly Answer[],
  questions: readonly Question[],
  ids: ReadonlySet<QuestionId>,
  template: string,
): FeedbackPairs {
  return mapQuestions(questions, ids, ({ id, paraphrases }) => {
    const worse = other.filter(({ questionId }) => questionId === id);
    return preferred
      .filter(({ questionId }) => questionId === id)
      .flatMap(({ paraphrase, text: chosen }) => {
        // Told by place: published questions have equal wordings.
        const rejected = worse.find((answer) => answer.paraphrase === paraphrase)?.text ?? "";
        const differ = chosen.trim() !== "" && rejected.trim() !== "" && chosen !== rejected;
        const prompt = fillPrompt(template, paraphrases[paraphrase]!);
        return differ ? [{ prompt, chosen: { text: chosen }, rejected: { text: rejected } }] : [];
      });
  });
}

function mapQuestions<T>(
  questions: readonly Question[],
  ids: ReadonlySet<QuestionId>,
  map: (question: Question) => T,
): ReadonlyMap<QuestionId, T> {
  return new Map(questions.filter(({ id }) => ids.has(id)).map((one) => [one.id, map(one)]));
}
