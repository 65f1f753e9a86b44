import type { Rule } from "./finding";
import { BASELINE, median } from "./window";

/** TRL's advice is to keep KL between about 0 and 10 nats an answer; twice that is far beyond. */
const HIGHEST = 10;
const KL_WINDOW = 10;

/** The median of the latest steps' mean KL lies above 10 nats an answer (a problem above 20). */
export const klHigh: Rule = (history, { method }) => {
  const means = history.flatMap(({ kl }) => (kl.length === 0 ? [] : [meanOf(kl)]));
  if (means.length < KL_WINDOW) return null;
  const now = median(means.slice(-KL_WINDOW));
  if (!(now > HIGHEST)) return null;
  const fromTheStart = median(means.slice(0, KL_WINDOW)) > HIGHEST;
  return {
    severity: now > 2 * HIGHEST ? "problem" : "warning",
    sentence: fromTheStart
      ? `KL has been above ${HIGHEST} nats an answer from the start, now ${now.toFixed(1)}: the reference is not the model that training began from, so the penalty outweighs the reward.`
      : `KL is ${now.toFixed(1)} nats an answer, above ${HIGHEST}: the policy has left the language of its reference, where a reward means little.`,
    setting: fromTheStart ? "rollouts.reference" : `${method}.learningRate`,
  };
};

/** Answers pooled before a negative estimate counts, and its distance from 0. */
const FEWEST_ANSWERS = 20;
const ERRORS = 4;
/** TRL warns below this; smaller, it pays nothing worth having. */
const TRL_LIMIT = -1;
const NEGLIGIBLE = -0.05;

/**
 * The pooled KL estimate of the latest steps is negative by 4 standard errors. KL itself never is; its estimate is
 * right on average where answers are drawn from the very policy that is scored, so a mean below 0 beyond noise says
 * that they are not (top-k, top-p, a temperature other than 1). A few negative steps are noise.
 */
export const klNegative: Rule = (history) => {
  const recent = history.slice(-BASELINE).flatMap(({ kl }) => kl);
  const pooled =
    recent.length < FEWEST_ANSWERS ? history.slice(-2 * BASELINE).flatMap(({ kl }) => kl) : recent;
  if (pooled.length < FEWEST_ANSWERS) return null;
  const mean = meanOf(pooled);
  const variance = pooled.reduce((sum, x) => sum + (x - mean) ** 2, 0) / (pooled.length - 1);
  if (!(mean < NEGLIGIBLE && mean < -ERRORS * Math.sqrt(variance / pooled.length))) return null;
  return {
    severity: mean < TRL_LIMIT ? "problem" : "warning",
    sentence: `The KL estimate is negative, ${mean.toFixed(2)} nats over ${pooled.length} answers, which noise does not explain: answers are not drawn from the policy that is scored, and the penalty pays for it.`,
    setting: "rollouts.temperature",
  };
};

function meanOf(x: readonly number[]): number {
  return x.reduce((a, b) => a + b, 0) / x.length;
}
