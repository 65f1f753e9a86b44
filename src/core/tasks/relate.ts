/** Whether models that are more accurate are more consistent too. */
import { stream } from "../random";
import { pearson } from "../statistics/correlation";
import { quantile } from "../statistics/bootstrap";

/** One model, with both figures. */
export interface RelatedModel {
  readonly name: string;
  readonly accuracy: number;
  readonly consistency: number;
}

export interface Relation {
  /** Pearson's r over the models; null where `reason` says why it is undefined. */
  readonly r: number | null;
  readonly interval: readonly [low: number, high: number] | null;
  readonly n: number;
  readonly reason: string | null;
}

/** With three points two numbers are fitted to three: r says next to nothing. */
export const FEWEST_MODELS = 4;
const REPLICATES = 2000;
const TAIL = 0.025;

/**
 * Pearson's r of accuracy and consistency with its 95 % percentile bootstrap interval over models. A resample in which one side
 * does not vary has no r and is drawn again. With few models the interval is wide, and rightly so.
 *
 * @throws RangeError for a figure that is not finite.
 */
export function relate(models: readonly RelatedModel[], seed: number): Relation {
  const n = models.length;
  if (n < FEWEST_MODELS) {
    const reason = `it needs ${FEWEST_MODELS} models with both figures, there ${n === 1 ? "is 1" : `are ${n}`}`;
    return { r: null, interval: null, n, reason };
  }
  const of = (sample: readonly RelatedModel[]) =>
    pearson(
      sample.map(({ accuracy }) => accuracy),
      sample.map(({ consistency }) => consistency),
    );
  const { coefficient: r, reason } = of(models);
  if (r === null) return { r, interval: null, n, reason };
  const random = stream(seed, "relate");
  const replicates = new Float64Array(REPLICATES);
  for (let i = 0; i < REPLICATES;) {
    const sample = models.map(() => models[Math.floor(random() * n)]!);
    const { coefficient } = of(sample);
    if (coefficient !== null) replicates[i++] = coefficient;
  }
  replicates.sort();
  return {
    r,
    interval: [quantile(replicates, TAIL), quantile(replicates, 1 - TAIL)],
    n,
    reason: null,
  };
}
