import type { PpoConfig } from "./config";

/** Mean and variance of every score so far. std is unbiased, and null before the second score. */
export interface RunningMoments {
  readonly mean: number;
  readonly variance: number; // biased
  readonly std: number | null;
  readonly count: number;
}

/** TRL's start: a count too small to weigh, so that the first batch decides. */
export const NO_SCORES: RunningMoments = { mean: 0, variance: 1, std: null, count: 1e-24 };

const EPSILON = 2 ** -23; // float32's, as TRL adds to the deviation

/**
 * Takes a batch of scores into the moments (Chan's parallel algorithm).
 * @throws RangeError for an empty batch.
 * @see TRL's RunningMoments.update.
 */
export function updateMoments(
  { mean, variance, count }: RunningMoments,
  scores: readonly number[],
): RunningMoments {
  const n = scores.length;
  if (n === 0) throw new RangeError("no scores to take in");
  const batchMean = scores.reduce((a, b) => a + b, 0) / n;
  const batchSum = scores.reduce((a, score) => a + (score - batchMean) ** 2, 0);

  const delta = batchMean - mean;
  const total = count + n;
  const sum = variance * count + (delta ** 2 * count * n) / total + batchSum;
  return {
    mean: mean + (delta * n) / total,
    variance: sum / total,
    std: total > 1 ? Math.sqrt(sum / (total - 1)) : null,
    count: total,
  };
}

/**
 * Scores as they are paid: (s − mean)/(std + ε) with scaling and norm, s/(std + ε) with scaling alone, then clipped.
 * The very first score has no deviation; TRL divides by infinity there, and so it is paid 0.
 */
export function scaleScores(
  scores: readonly number[],
  { mean, std }: RunningMoments,
  {
    useScoreScaling,
    useScoreNorm,
    scoreClip,
  }: Pick<PpoConfig, "useScoreScaling" | "useScoreNorm" | "scoreClip">,
): number[] {
  const scale = (score: number) =>
    std === null ? 0 : (score - (useScoreNorm ? mean : 0)) / (std + EPSILON);
  const scaled = useScoreScaling ? scores.map(scale) : [...scores];
  if (scoreClip === null) return scaled;
  return scaled.map((score) => Math.min(scoreClip, Math.max(-scoreClip, score)));
}
