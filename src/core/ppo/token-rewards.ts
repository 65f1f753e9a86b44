import type { KlPenalty } from "./config";

/**
 * Distance of the policy from the reference model at each token, in nats, d = log π − log π_ref:
 * "kl" d, "abs" |d|, "mse" d²/2. "kl" estimates the divergence without bias but may be negative at a token.
 * "full" needs both distributions whole and so comes from the engine (engine/ppo/rollout.ts).
 *
 * @param policy, reference  [T] log-probabilities of the same tokens.
 * @see TRL 0.11.4, PPOTrainer._kl_penalty.
 */
export function tokenKl(
  policy: Float32Array,
  reference: Float32Array,
  penalty: Exclude<KlPenalty, "full">,
): Float32Array {
  if (policy.length !== reference.length) {
    throw new RangeError(
      `policy [${policy.length}] and reference [${reference.length}] differ in length`,
    );
  }
  return policy.map((logProbability, t) => {
    const d = logProbability - reference[t]!;
    if (penalty === "abs") return Math.abs(d);
    return penalty === "mse" ? (d * d) / 2 : d;
  });
}

/**
 * Reward of each token of one response: rₜ = −β·klₜ, and the response's score on top at its last token.
 *
 * @param kl           [T] distance at each response token, in nats.
 * @param coefficient  β, score units a nat.
 * @throws RangeError for an empty response, which has no token to pay, or a score that is not finite.
 */
export function tokenRewards(kl: Float32Array, score: number, coefficient: number): Float32Array {
  if (kl.length === 0) throw new RangeError("an empty response cannot be paid; leave it out");
  if (!Number.isFinite(score)) throw new RangeError(`a score must be finite, got ${score}`);
  const rewards = kl.map((distance) => -coefficient * distance);
  rewards[rewards.length - 1]! += score;
  return rewards;
}
