import type { Steps } from "../steps";
import type { Foundation, Question } from "./corpus";

/** What of a corpus is shown. */
export interface QuestionFilter {
  /** Words that all must stand in the id, the question, its topic, its wordings or its choices. */
  readonly words: string;
  /** "none": labelled, and none of the six applies; null: whatever it is. */
  readonly foundation: Foundation | "none" | null;
  readonly has: "anything" | "answers" | "no-answers" | "one-wording";
}

export const NO_FILTER: QuestionFilter = { words: "", foundation: null, has: "anything" };

const STEP = 200;

/** Positions of the questions that a filter lets through, worked out some questions at a time. */
export function* matching(
  questions: readonly Question[],
  { words, foundation, has }: QuestionFilter,
): Steps<readonly number[]> {
  const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
  const found: number[] = [];
  for (const [i, question] of questions.entries()) {
    if (i % STEP === STEP - 1) yield { done: i, total: questions.length };
    if (hasWhat(question, has) && isOf(question, foundation) && says(question, wanted))
      found.push(i);
  }
  return found;
}

function hasWhat({ recorded, paraphrases }: Question, has: QuestionFilter["has"]): boolean {
  switch (has) {
    case "anything":
      return true;
    case "answers":
      return recorded !== null;
    case "no-answers":
      return recorded === null;
    case "one-wording":
      return paraphrases.length === 1;
  }
}

function isOf({ foundations }: Question, wanted: QuestionFilter["foundation"]): boolean {
  if (wanted === null) return true;
  if (wanted === "none") return foundations?.length === 0;
  return foundations?.includes(wanted) ?? false;
}

function says(
  { id, text, topic, paraphrases, choices }: Question,
  wanted: readonly string[],
): boolean {
  if (wanted.length === 0) return true;
  const all = [id, text, topic ?? "", ...paraphrases, ...(choices?.texts ?? [])];
  const said = all.join("\n").toLowerCase();
  return wanted.every((word) => said.includes(word));
}
