import type { CorpusOrigin } from "../import/origin";

/** A number where the file's text looks like one ("5884"), else the text. */
export type QuestionId = number | string;

/** An answer that came with the corpus, not made by this study. */
export interface RecordedAnswer {
  readonly text: string;
  /** Rule of thumb, where the file has one. */
  readonly rot: string | null;
}

export const FOUNDATIONS = [
  "care",
  "fairness",
  "liberty",
  "loyalty",
  "authority",
  "sanctity",
] as const;
/** One of the six that the Moral Consistency Corpus labels. */
export type Foundation = (typeof FOUNDATIONS)[number];

/** What a multiple-choice benchmark offers as answers to its question. */
export interface Choices {
  readonly texts: readonly string[];
  /** Positions of the right ones; none where no choice is the right one, as in an ambiguous dilemma. */
  readonly right: readonly number[];
  /** Position of the one that is best among the right ones; null where the benchmark names none. */
  readonly best: number | null;
}

export interface Question {
  readonly id: QuestionId;
  /** The source question. It isn't asked; its paraphrases are. */
  readonly text: string;
  readonly topic: string | null;
  readonly paraphrases: readonly string[];
  /** One answer a paraphrase, in the same order; null where the file has none. */
  readonly recorded: readonly RecordedAnswer[] | null;
  /** Absent where nobody has labelled it; empty where none of the six applies. */
  readonly foundations?: readonly Foundation[];
  readonly choices?: Choices;
}

export interface Corpus {
  readonly name: string;
  readonly questions: readonly Question[];
  /** Who gave the recorded answers; null if unknown or if there are none. */
  readonly recordedModel: string | null;
  /** The file it came from, so that it can be exported as it was. Absent in what comes with the app. */
  readonly origin?: CorpusOrigin;
}

/** "5884" → 5884; "q7", "007" and "7.0" stay text, so that different texts are different ids. */
export function parseQuestionId(text: string): QuestionId {
  const trimmed = text.trim();
  const number = Number(trimmed);
  return Number.isSafeInteger(number) && String(number) === trimmed ? number : trimmed;
}

/** "data/questions.csv" → "questions". */
export function corpusName(file: string): string {
  const base = file.split(/[/\\]/).at(-1)!;
  return base.replace(/(?<=.)\.\w+$/, "");
}
