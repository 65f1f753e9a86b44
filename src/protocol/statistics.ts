import type { Agreement, AgreementOptions } from "../core/annotation/agreement";
import type { LabelTable } from "../core/annotation/label-table";
import type { PairTexts } from "../core/annotation/match-pairs";
import type { ModelComparison } from "../core/compare/compare";
import type { Rating } from "../core/statistics/alpha-level";
import type { BootstrapOptions } from "../core/statistics/bootstrap";
import type { MetricComparison } from "../core/statistics/metric-agreement";
import type { LabelledPair, MetricValues } from "../core/statistics/metric-estimators";
import type { QuestionScore } from "../core/study/scoring";

export interface ComparisonParams {
  readonly pairs: readonly LabelledPair[];
  /** [pairs] the answers, for BLEU and ROUGE-L. */
  readonly texts: readonly PairTexts["texts"][];
  /** Metrics besides these two. */
  readonly metrics: readonly MetricValues[];
  readonly options: BootstrapOptions;
}

export interface ComparisonProgress {
  readonly part: "texts" | "resamples";
  readonly done: number;
  readonly total: number;
}

export interface ModelComparisonParams {
  readonly before: readonly QuestionScore[];
  readonly after: readonly QuestionScore[];
  readonly options: BootstrapOptions;
}

/** What the statistics' worker can be asked; workers/statistics.ts answers. Progress comes about 10 times a second. */
export type StatisticsContract = {
  agreement: {
    params: { table: LabelTable<Rating>; options: AgreementOptions };
    progress: never;
    result: Agreement;
  };
  compareMetrics: {
    params: ComparisonParams;
    progress: ComparisonProgress;
    result: MetricComparison;
  };
  compareModels: { params: ModelComparisonParams; progress: never; result: ModelComparison };
};
