/** What a run has measured of one question, and which questions come before and after it. */
import { type AnswerSet, type Role, type Split, answerSetName } from "../core/answers/answer";
import type { Corpus, QuestionId } from "../core/corpus/corpus";
import type { QuestionScore } from "../core/study/scoring";
import type { StudyView } from "./study-view";

/** One model's answers to the question, as scored. */
export interface ScoredAnswers {
  /** `answerSetName` of the set: names it within the run. */
  readonly name: string;
  readonly set: AnswerSet;
  readonly score: QuestionScore;
}

export interface QuestionView {
  /** Null where nothing has been scored yet. */
  readonly split: Split | null;
  /** The model before training: the baseline, or on a training question the target in its first cycle. */
  readonly before: ScoredAnswers | null;
  /** All others, by role as a study goes on, then by cycle. */
  readonly others: readonly ScoredAnswers[];
}

const ORDER: readonly Role[] = ["baseline", "target", "lora", "ppo", "aligned"];

export function questionView({ scored }: StudyView, id: QuestionId): QuestionView {
  const found = [...scored.values()].flatMap(({ set, scores }) => {
    const score = scores.find((entry) => entry.id === id);
    return score === undefined ? [] : [{ name: answerSetName(set), set, score }];
  });
  found.sort((a, b) => rank(a) - rank(b) || a.set.cycle - b.set.cycle);
  const isUntrained = ({ set }: ScoredAnswers) => set.role === "baseline" || set.role === "target";
  const before = found.find(isUntrained) ?? null;
  return {
    split: found[0]?.set.split ?? null,
    before,
    others: found.filter((entry) => entry !== before),
  };
}

const rank = ({ set }: ScoredAnswers) => ORDER.indexOf(set.role);

/** Questions that have been scored, in the corpus's order; as they were scored where the corpus is gone. */
export function scoredQuestions({ scored }: StudyView, corpus: Corpus | null): QuestionId[] {
  const ids = new Set([...scored.values()].flatMap(({ scores }) => scores.map(({ id }) => id)));
  if (corpus === null) return [...ids];
  return corpus.questions.map(({ id }) => id).filter((id) => ids.has(id));
}

/**
 * The answers to show beside those before training: the set chosen; else the same role's latest, so that going from
 * a held-out question to the next keeps the model; else the furthest trained; else the aligned model.
 */
export function besides(
  others: readonly ScoredAnswers[],
  chosen: AnswerSet | null,
): ScoredAnswers | null {
  if (chosen !== null) {
    const sameRole = others.filter(({ set }) => set.role === chosen.role);
    const exact = sameRole.find(({ set }) => set.cycle === chosen.cycle);
    const match = exact ?? sameRole.at(-1);
    if (match) return match;
  }
  const trained = others.filter(({ set }) => set.role === "lora" || set.role === "ppo");
  const latest = Math.max(...trained.map(({ set }) => set.cycle));
  return trained.findLast(({ set }) => set.cycle === latest) ?? others.at(-1) ?? null;
}
