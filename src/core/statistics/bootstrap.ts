import { mulberry32, type Random } from "../random";

/** Both ends in the unit of the statistic. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

export interface BootstrapOptions {
  readonly replicates?: number;
  /** Share of replicates between the ends, above 0 and below 1. */
  readonly confidence?: number;
  readonly seed: number;
}

/**
 * Percentile bootstrap interval of the mean. The unit resampled is the question: its answers and pairs depend on
 * one another, so `values` holds one figure a question.
 *
 * @param values  [n] finite.
 * @returns       null for fewer than 2 values: one value says nothing of spread.
 * @throws RangeError for a value that is not finite or options out of range.
 * @see Efron & Tibshirani 1993, ch. 13. Drawn by mulberry32(seed), index ⌊u·n⌋, as in krippendorff_vectors.json.
 */
export function bootstrapMean(
  values: readonly number[],
  { replicates = 2000, confidence = 0.95, seed }: BootstrapOptions,
): Interval | null {
  checkBootstrap(replicates, confidence);
  const faulty = values.find((value) => !Number.isFinite(value));
  if (faulty !== undefined) {
    throw new RangeError(`cannot resample ${faulty}; leave undefined scores out`);
  }
  if (values.length < 2) return null;

  const random = mulberry32(seed);
  const means = Float64Array.from({ length: replicates }, () => meanOfResample(values, random));
  means.sort();
  const tail = (1 - confidence) / 2;
  return { low: quantile(means, tail), high: quantile(means, 1 - tail) };
}

/** @throws RangeError unless replicates is a positive integer and confidence lies between 0 and 1. */
export function checkBootstrap(replicates: number, confidence: number): void {
  if (!(Number.isInteger(replicates) && replicates > 0)) {
    throw new RangeError(`replicates must be a positive integer, got ${replicates}`);
  }
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(`confidence must lie between 0 and 1, got ${confidence}`);
  }
}

/**
 * Quantile of type 7, the default of R and NumPy: linear between order statistics at h = (n − 1)·p.
 *
 * @param sorted  [n] in ascending order.
 * @throws RangeError for no values or p outside [0, 1].
 * @see Hyndman & Fan 1996.
 */
export function quantile(sorted: ArrayLike<number>, p: number): number {
  if (sorted.length === 0) throw new RangeError("a quantile needs at least one value");
  if (!(p >= 0 && p <= 1)) throw new RangeError(`p must lie in [0, 1], got ${p}`);
  const h = (sorted.length - 1) * p;
  const below = sorted[Math.floor(h)]!;
  const above = sorted[Math.ceil(h)]!;
  return below + (h - Math.floor(h)) * (above - below);
}

function meanOfResample(values: readonly number[], random: Random): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[Math.floor(random() * values.length)]!;
  return sum / values.length;
}
