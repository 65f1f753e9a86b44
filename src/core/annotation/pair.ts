/** What is rated: two answers to one question. */
import * as v from "valibot";
import type { QuestionId } from "../corpus/corpus";
import { canonicalJson } from "./canonical-json";

/** SHA-256 of a text's UTF-8 in lower-case hex. The caller brings it: core has neither DOM nor Node. */
export type Digest = (text: string) => Promise<string>;

const PairAnswer = v.strictObject({
  /** Names the answer within its question, and no model: raters are blind to it. */
  id: v.string(),
  text: v.string(),
});

export const AnswerPair = v.strictObject({
  /** Hash of everything below: another text is another pair. */
  id: v.string(),
  questionId: v.union([v.number(), v.string()]),
  question: v.string(),
  answers: v.tuple([PairAnswer, PairAnswer]),
});

export type PairAnswer = v.InferOutput<typeof PairAnswer>;
export type AnswerPair = Readonly<v.InferOutput<typeof AnswerPair>>;
export type PairContent = Omit<AnswerPair, "id">;

/** A question with its answers, of which every two make a pair. */
export interface AnsweredQuestion {
  readonly id: QuestionId;
  readonly text: string;
  readonly answers: readonly PairAnswer[];
}

export async function makePair(content: PairContent, digest: Digest): Promise<AnswerPair> {
  return { id: await pairId(content, digest), ...content };
}

/** Hash of a pair's content, its id apart. */
export function pairId(
  { questionId, question, answers }: PairContent,
  digest: Digest,
): Promise<string> {
  return digest(canonicalJson({ questionId, question, answers }));
}

/** All n(n − 1)/2 pairs of each question, in the order 1–2, 1–3, … 2–3, … */
export function allPairs(
  questions: readonly AnsweredQuestion[],
  digest: Digest,
): Promise<AnswerPair[]> {
  const contents = questions.flatMap(({ id, text, answers }) =>
    answers.flatMap((first, i) =>
      answers.slice(i + 1).map((second): PairContent => ({
        questionId: id,
        question: text,
        answers: [first, second],
      })),
    ),
  );
  return Promise.all(contents.map((content) => makePair(content, digest)));
}
