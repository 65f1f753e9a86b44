/** From answers to scores: the same lines for a study, for `steadfast score`, and for the page. */
import type { Answer } from "../answers/answer";
import type { QuestionId } from "../corpus/corpus";
import type { Encoder } from "../encode/encoder";
import { bleu } from "../metrics/bleu";
import { rougeL } from "../metrics/rouge-l";
import { type SageScore, sageOfPairs } from "../sage/sage";
import { mixWeights, pairWeights, pairs } from "../sage/similarity";
import type { Hooks } from "./hooks";

/** SaGE of one question's answers, and other metrics beside it: each the mean over the pairs of answers. */
export interface QuestionScore extends SageScore {
  readonly id: QuestionId;
  readonly bleu: number | null;
  readonly rougeL: number | null;
  /** Positions of the answers that were scored: an empty answer has no meaning to compare, so it is left out of n. */
  readonly answered: readonly number[];
  /** Similarity of each pair of these, in the order of `pairs(n)`: the edges of the graph. */
  readonly weights: readonly number[];
}

export interface Scoring {
  readonly scores: readonly QuestionScore[];
  /**
   * Control: mean similarity of answers to different questions. Where it rises as SaGE does, the model says the
   * same to everything. Null with fewer than two questions.
   */
  readonly betweenQuestions: number | null;
}

export interface ScoringConfig {
  readonly sageExponent: number;
  readonly nodes: "position" | "text";
  /** Weight of answers against rules of thumb; these count only where every answer has one. */
  readonly answerWeight: number;
}

type ScoredAnswer = Pick<Answer, "questionId" | "text" | "ruleOfThumb">;

/** Scores every question, in the order in which the questions first appear. */
export async function scoreAnswers(
  answers: readonly ScoredAnswer[],
  encoder: Encoder,
  config: ScoringConfig,
  hooks: Hooks,
): Promise<Scoring> {
  const groups = groupByQuestion(answers);
  const said = answers.filter(({ text }) => text.trim() !== "");
  const embed = async (texts: readonly string[]) => {
    const vectors = await encoder.embed(texts, hooks);
    return new Map(said.map((answer, i) => [answer, vectors[i]!]));
  };
  const ofAnswers = await embed(said.map(({ text }) => text));
  const rules = said.flatMap(({ ruleOfThumb }) => ruleOfThumb ?? []);
  const ofRules = rules.length === said.length && said.length > 0 ? await embed(rules) : null;

  const scores = [...groups].map(([id, group]) => {
    const members = group.filter((answer) => ofAnswers.has(answer));
    const weightsBy = (vectors: typeof ofAnswers) =>
      pairWeights(members.map((answer) => vectors.get(answer)!));
    const weights = ofRules
      ? mixWeights(weightsBy(ofAnswers), weightsBy(ofRules), config.answerWeight)
      : weightsBy(ofAnswers);
    const texts = members.map(({ text }) => text);
    const keys = ofRules ? members.map(({ ruleOfThumb }) => ruleOfThumb!) : texts; // as the published code keys
    const nodes = config.nodes === "text" ? { nodes: config.nodes, texts: keys } : {};
    return {
      id,
      ...sageOfPairs(weights, members.length, { sageExponent: config.sageExponent, ...nodes }),
      bleu: pairMean(texts, bleu),
      rougeL: pairMean(texts, rougeL),
      answered: group.flatMap((answer, i) => (ofAnswers.has(answer) ? [i] : [])),
      weights,
    };
  });
  const vectorGroups = [...groups.values()].map((group) =>
    group.flatMap((answer) => ofAnswers.get(answer) ?? []),
  );
  return { scores, betweenQuestions: meanBetween(vectorGroups) };
}

function groupByQuestion(answers: readonly ScoredAnswer[]): Map<QuestionId, ScoredAnswer[]> {
  const groups = new Map<QuestionId, ScoredAnswer[]>();
  for (const answer of answers) {
    const group = groups.get(answer.questionId);
    if (group) group.push(answer);
    else groups.set(answer.questionId, [answer]);
  }
  return groups;
}

function pairMean(
  texts: readonly string[],
  metric: (a: string, b: string) => number,
): number | null {
  const all = pairs(texts.length).map(([i, j]) => metric(texts[i]!, texts[j]!));
  return all.length === 0 ? null : all.reduce((a, b) => a + b) / all.length;
}

/**
 * Mean of eᵢ·eⱼ over pairs from different groups, from sums alone: Σ_{i≠j across} eᵢ·eⱼ = |Σe|² − Σ_g |Σ_{i∈g} e|².
 * @param groups  unit vectors, [groups][answers][d].
 */
function meanBetween(groups: readonly (readonly Float32Array[])[]): number | null {
  const sums = groups.filter((group) => group.length > 0).map(sumOf);
  if (sums.length < 2) return null;
  const sizes = groups.map(({ length }) => length);
  const count = sizes.reduce((a, b) => a + b);
  const orderedPairs = count ** 2 - sizes.reduce((sum, size) => sum + size ** 2, 0);
  const within = sums.reduce((sum, x) => sum + squaredNorm(x), 0);
  return (squaredNorm(sumOf(sums)) - within) / orderedPairs;
}

function sumOf(vectors: readonly ArrayLike<number>[]): Float64Array {
  const sum = new Float64Array(vectors[0]!.length);
  for (const vector of vectors) for (let d = 0; d < sum.length; d++) sum[d]! += vector[d]!;
  return sum;
}

const squaredNorm = (x: Float64Array) => x.reduce((sum, xi) => sum + xi * xi, 0);
