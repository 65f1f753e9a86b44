import { wordsOf } from "../metrics/distinct";
import type { Rule } from "./finding";
import { groupsOf } from "./sample";
import { known, median } from "./window";

const WINDOW = 20;
const FEWEST_QUESTIONS = 3;
const FEWEST_ANSWERS = 10;
/** Share of answers that are the same words. "Yes." and "No." alone may reach 0.6 and still answer. */
const SAME_WORDS = 0.8;
/** Cosine to answers to other questions. 0.38–0.43 in the demo by use-lite; a paraphrase has about 0.8. */
const SAME_MEANING = 0.85;

/**
 * One answer to everything, over the last 20 steps and at least 3 questions: four of five answers are the same words,
 * or answers to different questions are as alike as paraphrases. Absolute and not against the run's start: a run may
 * begin so.
 */
export const constantAnswer: Rule = (history) => {
  const groups = groupsOf(history.slice(-WINDOW));
  const questions = new Set(groups.map(({ questionId }) => questionId)).size;
  const texts = groups.flatMap((group) => group.texts);
  if (questions < FEWEST_QUESTIONS || texts.length < FEWEST_ANSWERS) return null;
  const { text, count } = commonest(texts);
  const between = known(groups.map((group) => group.between));
  const alike = between.length === 0 ? null : median(between);
  const setting = "reward.samenessPenalty";
  if (count / texts.length >= SAME_WORDS) {
    const sentence = `${count} of the last ${texts.length} answers, to ${questions} questions, are “${text}”: consistency is perfect and worth nothing.`;
    return { severity: "problem", sentence, setting };
  }
  if (alike === null || alike < SAME_MEANING) return null;
  const sentence = `Answers to ${questions} different questions have a similarity of ${alike.toFixed(2)}: the model says the same to everything.`;
  return { severity: "problem", sentence, setting };
};

function commonest(texts: readonly string[]): { text: string; count: number } {
  const counts = new Map<string, { text: string; count: number }>();
  let most = { text: "", count: 0 };
  for (const text of texts) {
    const key = wordsOf(text).join(" ");
    const entry = { text: counts.get(key)?.text ?? text, count: (counts.get(key)?.count ?? 0) + 1 };
    counts.set(key, entry);
    if (entry.count > most.count) most = entry;
  }
  return most;
}
