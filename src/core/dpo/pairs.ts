/** Preference pairs from answers that were paid: which of two answers to a question agrees better with the others. */
import type { Grouping } from "../group-rl/config";

/** A sampled answer as it was paid. */
export interface RankedAnswer {
  /** Its position among the rollouts. */
  readonly rollout: number;
  readonly wording: number;
  readonly score: number;
}

/** Two rollouts, as answers to the wording that `rejected` answered. */
export interface RankedPair {
  readonly chosen: number;
  readonly rejected: number;
  /** Score of chosen less that of rejected; above 0. */
  readonly margin: number;
}

/**
 * "wording": of each wording with two answers or more, the best against the worst.
 * "question": the question's best answer against the worst of each other wording. Wordings ask the same, so an answer to one
 * answers the others; put to the rejected answer's wording it makes a pair of one prompt, as DPO needs.
 *
 * Ties go to the answer that came first. With samples of a wording, "question" leaves the best answer's own wording out.
 *
 * @param minimumMargin  ≥ 0: a pair whose scores differ by no more is left out.
 * @returns              in the order of the wordings; none where no scores differ enough.
 * @throws RangeError for a score that is not finite.
 */
export function rankedPairs(
  answers: readonly RankedAnswer[],
  grouping: Grouping,
  minimumMargin: number,
): RankedPair[] {
  const unsound = answers.find(({ score }) => !Number.isFinite(score));
  if (unsound) {
    throw new RangeError(
      `the score of rollout ${unsound.rollout} must be finite, got ${unsound.score}`,
    );
  }
  if (answers.length === 0) return [];
  const best = bestOf(answers);
  const wordings = [...new Set(answers.map(({ wording }) => wording))].sort((a, b) => a - b);
  return wordings.flatMap((wording) => {
    const own = answers.filter((answer) => answer.wording === wording);
    if (grouping === "question" && wording === best.wording) return [];
    const chosen = grouping === "question" ? best : bestOf(own);
    const rejected = own.reduce((worst, one) => (one.score < worst.score ? one : worst));
    const margin = chosen.score - rejected.score;
    if (!(margin > minimumMargin)) return [];
    return [{ chosen: chosen.rollout, rejected: rejected.rollout, margin }];
  });
}

function bestOf(answers: readonly RankedAnswer[]): RankedAnswer {
  return answers.reduce((best, one) => (one.score > best.score ? one : best));
}
