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
  return new Map(
    questions
      .filter(({ id }) => kept.has(id))
      .map(({ id, paraphrases }) => [
        id,
        answers
          .filter(({ questionId }) => questionId === id)
          .map(({ paraphrase, text }) => ({
            prompt: fillPrompt(template, paraphrases[paraphrase]!),
            answer: text,
          })),
      ]),
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
  const better = toExamples(preferred, questions, ids, template);
  const worse = toExamples(other, questions, ids, template);
  const said = (text: string) => text.trim() !== "";
  return new Map(
    [...better].map(([id, examples]) => [
      id,
      examples.flatMap(({ prompt, answer: chosen }) => {
        const rejected = worse.get(id)!.find((one) => one.prompt === prompt)?.answer ?? "";
        const differ = said(chosen) && said(rejected) && chosen !== rejected;
        return differ ? [{ prompt, chosen: { text: chosen }, rejected: { text: rejected } }] : [];
      }),
    ]),
  );
}
