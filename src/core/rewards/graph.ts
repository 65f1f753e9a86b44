/** The answers to one question as a graph: what every credit for agreement is computed from. */
import { pairs } from "../sage/similarity";

export interface AnswerGraph {
  /** [n] the wording each answer answers, from 0; several samples of one wording share its number. */
  readonly wordings: readonly number[];
  /** [n(n−1)/2] similarity of each pair of answers, in the order of `pairs(n)`. */
  readonly weights: readonly number[];
}

/** How tuples are drawn; only `tuple-sage` draws any. */
export interface TupleDraw {
  /** Times that all answers are matched to tuples anew. */
  readonly rounds: number;
  readonly seed: number;
}

/** Pays each of a question's answers for agreement: [n] in units of similarity. */
export type Credit = (graph: AnswerGraph, draw: TupleDraw) => number[];

/** Similarity of answers i ≠ j. */
export function weightsBetween({
  weights,
  wordings,
}: AnswerGraph): (i: number, j: number) => number {
  const n = wordings.length;
  const position = (i: number, j: number) => i * n - (i * (i + 1)) / 2 + (j - i - 1);
  return (i, j) => weights[i < j ? position(i, j) : position(j, i)]!;
}

/** The graph of some of the answers, in the order given. */
export function subgraph(graph: AnswerGraph, members: readonly number[]): AnswerGraph {
  const between = weightsBetween(graph);
  return {
    wordings: members.map((i) => graph.wordings[i]!),
    weights: pairs(members.length).map(([a, b]) => between(members[a]!, members[b]!)),
  };
}

/** Wordings that have an answer. */
export function countWordings({ wordings }: Pick<AnswerGraph, "wordings">): number {
  return new Set(wordings).size;
}

/** @throws RangeError naming the reward, if fewer wordings have an answer than it can tell apart. */
export function assertWordings(graph: AnswerGraph, reward: string, fewest: number): void {
  const answered = countWordings(graph);
  if (answered < fewest) {
    throw new RangeError(
      `the reward ${reward} needs answers to ${fewest} wordings or more, got ${answered}; choose another reward`,
    );
  }
}
