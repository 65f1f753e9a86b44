import { stream } from "../random";
import { runAtOnce, type Steps } from "../steps";
import { type BootstrapOptions, checkBootstrap, type Interval, quantile } from "./bootstrap";
import {
  type Estimator,
  estimatorsFor,
  type LabelledPair,
  type MetricValues,
  STATISTICS,
  type Statistic,
} from "./metric-estimators";

export interface Estimate {
  readonly value: number | null;
  /** Percentile bootstrap over questions; null where `reason` says why. */
  readonly interval: Interval | null;
  /** Pairs with a majority label (AUC) or questions (correlations) that it rests on. */
  readonly n: number;
  readonly reason: string | null;
}

export interface MetricAgreement extends Readonly<Record<Statistic, Estimate>> {
  readonly name: string;
}

/** first − second of one statistic, over the same resamples. */
export interface MetricDifference {
  readonly first: string;
  readonly second: string;
  readonly statistic: Statistic;
  readonly difference: number | null;
  readonly interval: Interval | null;
  readonly reason: string | null;
}

export interface MetricComparison {
  readonly metrics: readonly MetricAgreement[];
  /** Every two metrics and every statistic. */
  readonly differences: readonly MetricDifference[];
}

/**
 * How far metrics agree with people. Pair by pair: the ROC-AUC of the metric against the majority of Y and N, ties
 * left out. Question by question: the correlation of the metric (a pair metric by its mean over the question's pairs)
 * with people's share of Y: the mean over the question's pairs of Y/(Y + N), pairs with neither left out.
 *
 * @param pairs    in the order of the pair metrics' values.
 * @param options  questions are resampled, with all their pairs, since the pairs of a question depend on one another;
 *                 one resample serves all metrics, so their differences are paired.
 * @throws RangeError if a pair metric has another number of values than there are pairs, two share a name, or options are out of
 *         range.
 */
export function compareMetrics(
  pairs: readonly LabelledPair[],
  metrics: readonly MetricValues[],
  options: BootstrapOptions,
): MetricComparison {
  return runAtOnce(comparingMetrics(pairs, metrics, options));
}

/** The same, a step a resample. */
export function* comparingMetrics(
  pairs: readonly LabelledPair[],
  metrics: readonly MetricValues[],
  { replicates = 2000, confidence = 0.95, seed }: BootstrapOptions,
): Steps<MetricComparison> {
  checkBootstrap(replicates, confidence);
  checkMetrics(pairs, metrics);
  const questions = [...new Set(pairs.map(({ questionId }) => questionId))];
  const sample = Int32Array.from(questions, (_, i) => i);
  const estimators = metrics.map((metric) => estimatorsFor(metric, pairs, questions));
  const random = stream(seed, "metrics");
  const resampled = yield* resample(estimators, questions.length, replicates, random);
  const tail = (1 - confidence) / 2;
  const intervalOf = (values: Float64Array): Interval | null => {
    const defined = values.filter((value) => !Number.isNaN(value)).sort();
    if (questions.length < 2 || defined.length === 0) return null;
    return { low: quantile(defined, tail), high: quantile(defined, 1 - tail) };
  };

  const once = new Int32Array(questions.length).fill(1);
  const valueOf = ({ compute }: Estimator) => compute(sample, once);
  const summaries = metrics.map(({ name }, m): MetricAgreement => {
    const estimate = (s: Statistic): Estimate => {
      const estimator = estimators[m]![s];
      const value = valueOf(estimator);
      const interval = value === null ? null : intervalOf(resampled[m]![s]);
      const alone = interval === null ? "an interval needs at least 2 questions" : null;
      return { value, interval, n: estimator.n, reason: value === null ? estimator.reason : alone };
    };
    const [auc, pearson, spearman, kendall] = STATISTICS.map(estimate);
    return { name, auc: auc!, pearson: pearson!, spearman: spearman!, kendall: kendall! };
  });

  const differences = metrics.flatMap(({ name: first }, a) =>
    metrics.slice(a + 1).flatMap(({ name: second }, i) =>
      STATISTICS.map((statistic): MetricDifference => {
        const b = a + 1 + i;
        const of = { first, second, statistic };
        const [one, other] = [summaries[a]![statistic], summaries[b]![statistic]];
        const reason = incomparable(
          one,
          other,
          estimators[a]![statistic],
          estimators[b]![statistic],
        );
        if (one.value === null || other.value === null || reason !== null) {
          return { ...of, difference: null, interval: null, reason };
        }
        const values = resampled[a]![statistic].map((x, r) => x - resampled[b]![statistic][r]!);
        const interval = intervalOf(values);
        return { ...of, difference: one.value - other.value, interval, reason: one.reason };
      }),
    ),
  );
  return { metrics: summaries, differences };
}

/** [metrics][statistic][replicates]; NaN where a resample leaves it undefined. */
function* resample(
  estimators: readonly Record<Statistic, Estimator>[],
  questions: number,
  replicates: number,
  random: () => number,
): Steps<Record<Statistic, Float64Array>[]> {
  const empty = () => new Float64Array(replicates);
  const results = estimators.map(() => ({
    auc: empty(),
    pearson: empty(),
    spearman: empty(),
    kendall: empty(),
  }));
  for (let r = 0; r < replicates; r++) {
    const drawn = Int32Array.from({ length: questions }, () => Math.floor(random() * questions));
    const weights = new Int32Array(questions);
    for (const q of drawn) weights[q]!++;
    for (const [m, metric] of estimators.entries()) {
      for (const s of STATISTICS)
        results[m]![s][r] = metric[s].compute(drawn, weights) ?? Number.NaN;
    }
    yield { done: r + 1, total: replicates };
  }
  return results;
}

function incomparable(
  one: Estimate,
  other: Estimate,
  first: Estimator,
  second: Estimator,
): string | null {
  if (one.value === null) return one.reason;
  if (other.value === null) return other.reason;
  if (first.basis === second.basis) return null;
  return `the two rest on different values (${one.n} and ${other.n}); compare them over the same`;
}

function checkMetrics(pairs: readonly LabelledPair[], metrics: readonly MetricValues[]): void {
  const names = metrics.map(({ name }) => name);
  const doubled = names.find((name, i) => names.indexOf(name) !== i);
  if (doubled !== undefined) throw new RangeError(`two metrics are named "${doubled}"`);
  for (const metric of metrics) {
    if (metric.of === "question" || metric.values.length === pairs.length) continue;
    throw new RangeError(
      `metric "${metric.name}" has ${metric.values.length} values for ${pairs.length} pairs`,
    );
  }
}
