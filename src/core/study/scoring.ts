/** From answers to scores: the same lines for a study, for `steadfast score`, and for the page. */
import type { Answer } from "../answers/answer";
import type { QuestionId } from "../corpus/corpus";
import type { Encoder } from "../encode/encoder";
import { clusterThresholdOf } from "../measures/cluster-threshold";
import { bothDirections, contradictions, type InferenceModel } from "../measures/contradictions";
import { betweenQuestions, type QuestionSum, questionSum } from "../measures/control";
import { computeMeasures, type ListedMeasures } from "../measures/registry";
import { bleu } from "../metrics/bleu";
import { rougeL } from "../metrics/rouge-l";
import { type SageScore, sageOfPairs } from "../sage/sage";
import { cosine, mixWeights, pairWeights, pairs } from "../sage/similarity";
import type { Hooks } from "./hooks";

/** SaGE of one question's answers, and other measures beside it: BLEU and ROUGE-L each the mean over the pairs. */
export interface QuestionScore extends SageScore {
  readonly id: QuestionId;
  readonly bleu: number | null;
  readonly rougeL: number | null;
  /** Positions of the answers that were scored: an empty answer has no meaning to compare, so it is left out of n. */
  readonly answered: readonly number[];
  /** Similarity of each pair of these, in the order of `pairs(n)`: the edges of the graph. */
  readonly weights: readonly number[];
  /** All other measures; absent in runs scored before there were any. Read by `measuredOf`. */
  readonly measures?: ListedMeasures;
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

/** What some measures need besides the answers; without it they are null and say why. */
export interface ScoringExtras {
  /** From which similarity on two answers are one meaning. Default: as measured for the encoder. */
  readonly clusterThreshold?: number | null;
  /** Tells which answers contradict each other. */
  readonly inference?: InferenceModel | null;
  /** [answers] to the same wording, asked again; null at one that was not. */
  readonly again?: readonly (string | null)[] | null;
}

/** A question's score without its control, and what the control is computed from. */
export interface ScoredQuestion {
  readonly score: QuestionScore;
  readonly sum: QuestionSum;
  /** Whether each pair contradicts, in the order of the weights; null without a model that tells. */
  readonly contradictions: readonly boolean[] | null;
}

/** Scores every question, in the order in which the questions first appear. */
export async function scoreAnswers(
  answers: readonly ScoredAnswer[],
  encoder: Encoder,
  config: ScoringConfig,
  hooks: Hooks,
  extras: ScoringExtras = {},
): Promise<Scoring> {
  return withControl(await scoreQuestions(answers, encoder, config, hooks, extras));
}

/** Adds the control, which alone depends on the other questions: until then parts of a corpus can be scored anywhere. */
export function withControl(questions: readonly ScoredQuestion[]): Scoring {
  const { mean, ofQuestions } = betweenQuestions(questions.map(({ sum }) => sum));
  const scores = questions.map(({ score }, i) => ({
    ...score,
    measures: { betweenQuestions: ofQuestions[i]!, ...score.measures },
  }));
  return { scores, betweenQuestions: mean };
}

/** As `scoreAnswers`, without the control. */
export async function scoreQuestions(
  answers: readonly ScoredAnswer[],
  encoder: Encoder,
  config: ScoringConfig,
  hooks: Hooks,
  {
    clusterThreshold = clusterThresholdOf(encoder.name),
    inference = null,
    again = null,
  }: ScoringExtras = {},
): Promise<ScoredQuestion[]> {
  const groups = groupByQuestion(answers);
  const said = answers.filter(({ text }) => text.trim() !== "");
  const embed = async (of: readonly ScoredAnswer[], texts: readonly string[]) => {
    const vectors = await encoder.embed(texts, hooks);
    return new Map(of.map((answer, i) => [answer, vectors[i]!]));
  };
  const ofAnswers = await embed(
    said,
    said.map(({ text }) => text),
  );
  const rules = said.flatMap(({ ruleOfThumb }) => ruleOfThumb ?? []);
  const ofRules = areRulesCompared(answers) ? await embed(said, rules) : null;
  const repeated = answers.flatMap((answer, i) => {
    const text = again?.[i] ?? null;
    return text === null || text.trim() === "" || !ofAnswers.has(answer) ? [] : [{ answer, text }];
  });
  const ofAgain = await embed(
    repeated.map(({ answer }) => answer),
    repeated.map(({ text }) => text),
  );

  const scored: ScoredQuestion[] = [];
  for (const [id, group] of groups) {
    const members = group.filter((answer) => ofAnswers.has(answer));
    const weightsBy = (vectors: typeof ofAnswers) =>
      pairWeights(members.map((answer) => vectors.get(answer)!));
    const answerWeights = weightsBy(ofAnswers);
    const weights = ofRules
      ? mixWeights(answerWeights, weightsBy(ofRules), config.answerWeight)
      : answerWeights;
    const texts = members.map(({ text }) => text);
    const keys = ofRules ? members.map(({ ruleOfThumb }) => ruleOfThumb!) : texts; // as the published code keys
    const nodes = config.nodes === "text" ? { nodes: config.nodes, texts: keys } : {};
    const score = {
      id,
      ...sageOfPairs(weights, members.length, { sageExponent: config.sageExponent, ...nodes }),
      bleu: pairMean(texts, bleu),
      rougeL: pairMean(texts, rougeL),
      answered: group.flatMap((answer, i) => (ofAnswers.has(answer) ? [i] : [])),
      weights,
    };
    const contradicts =
      inference && contradictions(await inference.infer(bothDirections(texts), hooks));
    const measures = computeMeasures({
      ...{ score, texts, clusterThreshold },
      weights: answerWeights,
      contradictions: contradicts,
      again:
        again &&
        members.flatMap((answer) => {
          const second = ofAgain.get(answer);
          return second === undefined ? [] : [cosine(ofAnswers.get(answer)!, second)];
        }),
    });
    const sum = questionSum(members.map((answer) => ofAnswers.get(answer)!));
    scored.push({ score: { ...score, measures }, sum, contradictions: contradicts });
  }
  return scored;
}

/** Whether rules of thumb are compared beside answers: every answer that says something has one. Else answers alone are. */
export function areRulesCompared(
  answers: readonly Pick<ScoredAnswer, "text" | "ruleOfThumb">[],
): boolean {
  const said = answers.filter(({ text }) => text.trim() !== "");
  return said.length > 0 && said.every(({ ruleOfThumb }) => ruleOfThumb !== null);
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
