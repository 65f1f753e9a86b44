/** A model that is asked for texts, wherever it runs: behind an API, or on this machine. */
import type { QuestionId } from "../corpus/corpus";
import type { Hooks } from "../study/hooks";

/** Times that a text is asked for at most, unless it is said otherwise. */
export const TRIES = 3;

/** Prompts that a model on this machine computes together. */
export const PROMPTS_AT_ONCE = 32;

export interface AskedText {
  readonly prompt: string;
  /** Which sample of this prompt: 0, or more where it is asked again. */
  readonly sample: number;
  /** What it is asked for, such as ["paraphrase", 7], a question's id second: a model that draws from a seed derives one from it. */
  readonly purpose: readonly [kind: string, questionId: QuestionId, ...(string | number)[]];
}

/** For messages: "the prompt for the paraphrase of question 7". */
export function promptName({ purpose: [kind, questionId] }: AskedText): string {
  return `the prompt for the ${kind} of question ${questionId}`;
}

export interface GivenReply {
  /** Empty where there is none. */
  readonly text: string;
  /** Why there is none, a sentence; null where there is one. */
  readonly problem: string | null;
}

export interface ReplySource {
  readonly name: string;
  /**
   * A reply to each, in order. What came is kept, so that asking the same again costs nothing.
   * @throws whatever ends the whole asking: a refused key, a spent budget, an abort.
   */
  replies(asked: readonly AskedText[], hooks: Hooks): Promise<readonly GivenReply[]>;
}
