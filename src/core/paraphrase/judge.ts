/** Whether a text is a paraphrase to use: rules of plain arithmetic, each with its reason as a sentence. */
import { normalisedEditDistance } from "../metrics/edit-distance";
import { comparableForm } from "../metrics/same-text";
import { paraScore } from "./para-score";

export interface ParaphraseLimits {
  /** Cosine with the question below which a text asks something else. */
  readonly minSimilarity: number;
  /** Cosine above which it is the question again. */
  readonly maxSimilarity: number;
  /** Normalised edit distance by characters below which it is the question again. */
  readonly minDistance: number;
  /** ParaScore below which it is refused; null for none. */
  readonly minScore: number | null;
}

/**
 * Measured with USE-lite on the 500 paraphrases of MCC that are at hand: their cosine lies from .606 to .978, while 95 % of pairs
 * of different questions lie below .55; 99 % of them have a distance of .17 or more.
 */
export const PARAPHRASE_LIMITS: ParaphraseLimits = {
  minSimilarity: 0.6,
  maxSimilarity: 0.98,
  minDistance: 0.1,
  minScore: null,
};

/** Words beyond which a wording tells more than its question: published ones have at most 1.9 times as many. */
const LONGEST = 2;
/** A short question may grow by so many words. */
const SLACK = 12;

export interface JudgedParaphrase {
  readonly text: string;
  /** Why it is not used, a sentence; null where it passes. */
  readonly reason: string | null;
  /** Cosine with the question; null without an encoder, or where form alone decided. */
  readonly similarity: number | null;
  /** Normalised edit distance from the question, by characters. */
  readonly distance: number;
  /** ParaScore with that cosine; null where there is none. */
  readonly score: number | null;
}

/** What form alone tells: empty, no question, too long, the question itself, or there before. Null where nothing is wrong. */
export function formProblem(
  text: string,
  question: string,
  before: readonly string[],
): string | null {
  const form = comparableForm(text);
  if (form === "") return "It is empty.";
  if (asks(question) && !asks(text))
    return "It is no question: it does not end in a question mark.";
  const [words, most] = [form.split(" ").length, longestFor(question)];
  if (words > most) return `It is too long: ${words} words, where ${most} are allowed.`;
  if (form === comparableForm(question)) return "It is the question itself.";
  const same = before.find((other) => comparableForm(other) === form);
  return same === undefined ? null : `It is there already: “${same}”`;
}

/**
 * Judges a candidate.
 * @param before      wordings of the question that were there before it.
 * @param similarity  cosine with the question; null without an encoder.
 */
export function judgeParaphrase(
  text: string,
  question: string,
  before: readonly string[],
  similarity: number | null,
  limits: ParaphraseLimits = PARAPHRASE_LIMITS,
): JudgedParaphrase {
  const distance = normalisedEditDistance(text.toLowerCase(), question.toLowerCase());
  const score = similarity === null ? null : paraScore([similarity], distance);
  const reason =
    formProblem(text, question, before) ?? distanceProblem(distance, similarity, score, limits);
  return { text, reason, similarity, distance, score };
}

function distanceProblem(
  distance: number,
  similarity: number | null,
  score: number | null,
  { minSimilarity, maxSimilarity, minDistance, minScore }: ParaphraseLimits,
): string | null {
  if (distance < minDistance) {
    return `It is too close: ${percent(distance)} of its characters differ, and ${percent(minDistance)} must.`;
  }
  if (similarity === null || score === null) return null;
  if (similarity > maxSimilarity) {
    return `It is too close: its similarity to the question is ${two(similarity)}, above ${two(maxSimilarity)}.`;
  }
  if (similarity < minSimilarity) {
    return `It is too far: its similarity to the question is ${two(similarity)}, below ${two(minSimilarity)}.`;
  }
  if (minScore === null || score >= minScore) return null;
  return `Its ParaScore is ${two(score)}, below ${two(minScore)}.`;
}

const asks = (text: string) => /[?？]["”'’)\]]*\s*$/u.test(text);
const longestFor = (question: string) => {
  const words = comparableForm(question).split(" ").length;
  return Math.max(LONGEST * words, words + SLACK);
};
const two = (x: number) => x.toFixed(2);
const percent = (x: number) => `${Math.round(100 * x)} %`;
