import type { PpoConfig } from "./config";

const LEAST = 0.1;

/**
 * The KL coefficient after a batch of n responses: β·(1 + clip(KL/target − 1, ±0.2)·n/horizon), or β unchanged
 * where it does not adapt. With TRL's horizon of 10,000 and one response a step it hardly moves: 1,000 steps
 * take 0.2 to between 0.196 and 0.204. A horizon below the batch could make β 0 or negative: here it falls to a tenth at most.
 *
 * @param kl  mean over the responses of the sum over their tokens, in nats.
 * @see Ziegler et al. 2019, arXiv:1909.08593, §2.2; TRL's AdaptiveKLController, FixedKLController.
 */
export function nextKlCoefficient(
  coefficient: number,
  kl: number,
  n: number,
  { adaptiveKl, klTarget, klHorizon }: Pick<PpoConfig, "adaptiveKl" | "klTarget" | "klHorizon">,
): number {
  if (!Number.isFinite(kl)) throw new RangeError(`the KL of a batch must be finite, got ${kl}`);
  if (!adaptiveKl) return coefficient;
  const error = Math.min(0.2, Math.max(-0.2, kl / klTarget - 1));
  return coefficient * Math.max(LEAST, 1 + (error * n) / klHorizon);
}
