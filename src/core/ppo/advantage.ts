/** Discounting of one rollout. Both factors lie in [0, 1] and apply per token. */
export interface GaeConfig {
  readonly gamma: number;
  readonly lambda: number;
}

/**
 * Generalised advantage estimates of one response.
 *
 *   δₜ = rₜ + γ·V(sₜ₊₁) − V(sₜ),   Âₜ = δₜ + γλ·Âₜ₊₁,   V(s_T) = 0
 *
 * Sums run in float64; only what is returned is rounded to float32.
 *
 * @param rewards  [T] reward of each response token, in score units; the KL penalty is already taken off.
 * @param values   [T] value-head estimate before each token, in the same units.
 * @returns        [T] advantages in the same units, not whitened. A new array; the inputs are untouched.
 * @throws RangeError if the lengths differ, or if gamma or lambda lies outside [0, 1].
 * @see Schulman et al. 2016, arXiv:1506.02438, eq. 16. Golden values: tests/fixtures/golden/ppo.json.
 */
export function generalisedAdvantages(
  rewards: Float32Array,
  values: Float32Array,
  { gamma, lambda }: GaeConfig,
): Float32Array {
  if (rewards.length !== values.length) {
    throw new RangeError(
      `rewards [${rewards.length}] and values [${values.length}] differ in length`,
    );
  }
  assertFraction("gamma", gamma);
  assertFraction("lambda", lambda);

  const advantages = new Float32Array(rewards.length);
  let next = { value: 0, advantage: 0 }; // the state after the last token is terminal
  for (let t = rewards.length - 1; t >= 0; t--) {
    const delta = rewards[t]! + gamma * next.value - values[t]!;
    next = { value: values[t]!, advantage: delta + gamma * lambda * next.advantage };
    advantages[t] = next.advantage;
  }
  return advantages;
}

function assertFraction(name: string, x: number): void {
  if (!(x >= 0 && x <= 1)) throw new RangeError(`${name} must lie in [0, 1], got ${x}`);
}
