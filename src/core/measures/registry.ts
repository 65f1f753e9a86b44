/**
 * Every measure of a question's answers. What scores, shows, exports or explains measures goes through this list, so that one
 * added here is everywhere.
 */
import type { SageScore } from "../sage/sage";
import { meaningClusters, normalisedSemanticEntropy } from "./clusters";
import { contradictionRate } from "./contradictions";
import { type Measured, undefinedMeasure } from "./measured";
import { resampledSimilarity, wordingEffect } from "./resampling";
import { flipRate } from "./stance";
import { meanDistinct, meanLength, refusalRate } from "./texts";

/** Measures that a score holds as fields of its own, as it did before there were others. */
export type FieldScore = SageScore & {
  readonly bleu: number | null;
  readonly rougeL: number | null;
};

/** What a question's measures are computed from. */
export interface MeasureInput {
  readonly score: FieldScore;
  /** The answers that were scored: empty ones are left out. */
  readonly texts: readonly string[];
  /** Similarity of each pair of these, by the answers alone, in the order of `pairs(n)`. */
  readonly weights: readonly number[];
  readonly clusterThreshold: number | null;
  /** Whether each pair contradicts; null without a model that tells. */
  readonly contradictions: readonly boolean[] | null;
  /** Similarity of the two answers to each wording that was asked twice; null if none was. */
  readonly again: readonly number[] | null;
}

interface Description {
  readonly title: string;
  /** What it says, in a sentence. */
  readonly says: string;
  /** Which way is more consistent, or better; null where neither is. */
  readonly better: "higher" | "lower" | null;
  /** A similarity lies from −1 to 1, a share from 0 to 1. */
  readonly unit: "similarity" | "share" | "meanings" | "words";
}

const FIELDS = {
  sage: {
    title: "SaGE",
    says: "Mean similarity × evenness; 1 is full agreement.",
    better: "higher",
    unit: "similarity",
  },
  meanSimilarity: {
    title: "Mean similarity",
    says: "Closeness of meaning, mean over all pairs of answers.",
    better: "higher",
    unit: "similarity",
  },
  evenness: {
    title: "Evenness H/Hmax",
    says: "1 if every answer is as close to the rest.",
    better: "higher",
    unit: "share",
  },
  weakest: {
    title: "Weakest answer",
    says: "Closeness of the answer that stands most apart.",
    better: "higher",
    unit: "similarity",
  },
  bleu: {
    title: "BLEU",
    says: "Runs of words in common, whatever they mean.",
    better: "higher",
    unit: "share",
  },
  rougeL: {
    title: "ROUGE-L",
    says: "Words in common in the same order.",
    better: "higher",
    unit: "share",
  },
} as const satisfies Readonly<Record<string, Description>>;

/** The control depends on all questions: whoever has scored them adds it (control.ts). */
const CONTROL = {
  betweenQuestions: {
    title: "Between questions (control)",
    says: "Closeness to the answers to other questions; where it rises as SaGE does, the model says the same to everything.",
    better: null,
    unit: "similarity",
  },
} as const satisfies Readonly<Record<string, Description>>;

const COMPUTED = {
  meanings: {
    title: "Meanings",
    says: "Clusters of answers that mean the same, by a threshold on their similarity.",
    better: "lower",
    unit: "meanings",
    of: (input) => clustered(input, (clusters) => new Set(clusters).size),
  },
  semanticEntropy: {
    title: "Semantic entropy",
    says: "How evenly the answers are spread over meanings: 0 for one meaning, 1 if no two answers mean the same.",
    better: "lower",
    unit: "share",
    of: (input) => clustered(input, normalisedSemanticEntropy),
  },
  flipRate: {
    title: "Stance flips",
    says: "Share of pairs of which one says yes and one says no, among pairs that say either.",
    better: "lower",
    unit: "share",
    of: ({ texts }) => flipRate(texts),
  },
  contradictionRate: {
    title: "Contradictions",
    says: "Share of pairs that contradict each other, by a model of natural-language inference.",
    better: "lower",
    unit: "share",
    of: ({ contradictions }) =>
      contradictions === null
        ? undefinedMeasure(0, "no model of natural-language inference was given")
        : contradictionRate(contradictions),
  },
  resampledSimilarity: {
    title: "Asked again",
    says: "Closeness of two answers to one wording: what to expect at most of answers to different wordings.",
    better: null,
    unit: "similarity",
    of: ({ again }) => resampledSimilarity(again),
  },
  wordingEffect: {
    title: "Due to wording",
    says: "Closeness when a wording is asked again, less that between wordings; 0 if wordings change nothing.",
    better: "lower",
    unit: "similarity",
    of: ({ again, score }) => wordingEffect(again, score.meanSimilarity),
  },
  refusalRate: {
    title: "Refusals",
    says: "Share of answers that decline to answer.",
    better: "lower",
    unit: "share",
    of: ({ texts }) => refusalRate(texts),
  },
  distinct1: {
    title: "Distinct-1",
    says: "Different words over all words of an answer; low where it repeats itself.",
    better: "higher",
    unit: "share",
    of: ({ texts }) => meanDistinct(texts, 1),
  },
  distinct2: {
    title: "Distinct-2",
    says: "Different pairs of words over all of an answer; low where it repeats itself.",
    better: "higher",
    unit: "share",
    of: ({ texts }) => meanDistinct(texts, 2),
  },
  length: {
    title: "Length",
    says: "Words an answer.",
    better: null,
    unit: "words",
    of: ({ texts }) => meanLength(texts),
  },
} as const satisfies Readonly<
  Record<string, Description & { readonly of: (input: MeasureInput) => Measured }>
>;

type FieldName = keyof typeof FIELDS;
/** A measure that a score holds in its list of measures. */
export type ListedName = keyof typeof CONTROL | keyof typeof COMPUTED;
export type MeasureName = FieldName | ListedName;

/** Missing in scores of before there was the list, and for what was added to it since. */
export type ListedMeasures = Readonly<Partial<Record<ListedName, Measured>>>;

export interface Measure extends Description {
  readonly name: MeasureName;
}

const described = { ...FIELDS, ...CONTROL, ...COMPUTED };

/** Names in the order in which measures are shown. */
export const MEASURE_NAMES = [
  ...(["sage", "betweenQuestions", "meanSimilarity", "evenness", "weakest"] as const),
  ...(["meanings", "semanticEntropy", "flipRate", "contradictionRate"] as const),
  ...(["resampledSimilarity", "wordingEffect", "bleu", "rougeL"] as const),
  ...(["refusalRate", "distinct1", "distinct2", "length"] as const),
] as const satisfies readonly MeasureName[];

export const MEASURES: readonly Measure[] = MEASURE_NAMES.map((name) => {
  const { title, says, better, unit } = described[name];
  return { name, title, says, better, unit };
});

/** All but SaGE, whose mean a model's summary has anyway. */
export const SUMMARISED_NAMES = MEASURE_NAMES.filter(
  (name): name is Exclude<MeasureName, "sage"> => name !== "sage",
);

export const LISTED_NAMES = [...Object.keys(CONTROL), ...Object.keys(COMPUTED)] as ListedName[];

/** All but those that a score has as fields, and the control. */
export function computeMeasures(input: MeasureInput): ListedMeasures {
  return Object.fromEntries(
    Object.entries(COMPUTED).map(([name, { of }]) => [name, of(input)] as const),
  );
}

/** A question's figure by a measure, as it was stored. */
export function measuredOf(
  score: FieldScore & { readonly measures?: ListedMeasures },
  name: MeasureName,
): Measured {
  if (!isField(name)) {
    const missing = undefinedMeasure(
      score.n,
      "the answers were scored before there was this measure",
    );
    return score.measures?.[name] ?? missing;
  }
  const value = score[name];
  return { value, n: score.n, reason: value === null ? (score.reason ?? NO_PAIR) : null };
}

const NO_PAIR = "there are no two answers";
const isField = (name: MeasureName): name is FieldName => name in FIELDS;

function clustered(
  { weights, texts, clusterThreshold, score }: MeasureInput,
  of: (clusters: readonly number[]) => number,
): Measured {
  const n = texts.length;
  if (clusterThreshold === null) {
    return undefinedMeasure(n, "for this encoder no threshold of one meaning was measured");
  }
  if (score.reason !== null) return undefinedMeasure(n, score.reason);
  return { value: of(meaningClusters(weights, n, clusterThreshold)), n, reason: null };
}
