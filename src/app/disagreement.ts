/** The pair of answers that a model's consistency fails on most: the example that says what is measured. */
import type { Answer } from "../core/answers/answer";
import type { Question } from "../core/corpus/corpus";
import { pairs } from "../core/sage/similarity";
import type { QuestionScore } from "../core/study/scoring";

export interface Disagreement {
  readonly question: string;
  readonly score: QuestionScore;
  /** Similarity of the two, from 0 to 1. */
  readonly similarity: number;
  readonly sides: readonly [Side, Side];
}

interface Side {
  /** From 1. */
  readonly number: number;
  readonly wording: string;
  readonly answer: string;
}

/** Of the question with the lowest SaGE the two answers that are least alike; null where nothing is scored. */
export function worstDisagreement(
  scores: readonly QuestionScore[],
  answers: readonly Answer[],
  questions: readonly Question[],
): Disagreement | null {
  const scored = scores.filter(({ sage }) => sage !== null);
  const [score] = scored.toSorted((a, b) => a.sage! - b.sage!);
  const question = questions.find(({ id }) => id === score?.id);
  if (!score || !question) return null;
  const similarity = Math.min(...score.weights);
  const pair = pairs(score.n)[score.weights.indexOf(similarity)]!;
  const [one, two] = pair.map((node): Side | null => {
    const place = score.answered[node]!;
    const answer = answers.find((a) => a.questionId === score.id && a.paraphrase === place);
    const wording = question.paraphrases[place];
    return answer && wording !== undefined
      ? { number: place + 1, wording, answer: answer.text }
      : null;
  });
  if (!one || !two) return null;
  return { question: question.text, score, similarity, sides: [one, two] };
}
