import type { Question } from "../corpus/corpus";

/** What a corpus has that a reader should know of; nothing of it keeps a row out. */
export interface Checks {
  /** Wordings that a question has more than once. */
  readonly duplicateWordings: number;
  /** Questions with the text of another one. */
  readonly duplicateQuestions: number;
  /** Questions and wordings of a single word. */
  readonly tooShort: number;
  /** Questions with one wording: they have no consistency to measure. */
  readonly singleWording: number;
}

export function checkQuestions(questions: readonly Question[]): Checks {
  const texts = new Set<string>();
  const checks = { duplicateWordings: 0, duplicateQuestions: 0, tooShort: 0, singleWording: 0 };
  for (const { text, paraphrases } of questions) {
    if (texts.has(text)) checks.duplicateQuestions++;
    texts.add(text);
    checks.duplicateWordings += paraphrases.length - new Set(paraphrases).size;
    checks.tooShort += [text, ...paraphrases].filter(isTooShort).length;
    if (paraphrases.length === 1) checks.singleWording++;
  }
  return checks;
}

/** Writing without blanks between words (Chinese, Japanese, Thai) counts by characters. */
const isTooShort = (text: string) => !/\S\s+\S/u.test(text.trim()) && text.trim().length < 12;
