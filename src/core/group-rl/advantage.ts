/**
 * Advantages from a group of answers to one prompt, which stand in for a value head. Answers lie group after group:
 * entries 0 to G − 1 answer the first prompt, the next G the second. Groups may differ in size where answers were left out.
 */

type Numbers = ArrayLike<number>;

/** G for groups of one size, or the size of each. 2 or more, and B in all. */
export type GroupSizes = number | readonly number[];

/** Added to every standard deviation, as in TRL. */
const EPSILON = 1e-4;

/** What a group's centred rewards are divided by: the group's deviation, the batch's, or nothing (Dr. GRPO). */
export const REWARD_SCALES = ["group", "batch", "none"] as const;
export type RewardScale = (typeof REWARD_SCALES)[number];

/**
 * Group-relative advantages.
 *
 *   Aᵢ = (rᵢ − r̄_g) / (s + 10⁻⁴),   s = unbiased deviation of the group or of the whole batch;   "none": Aᵢ = rᵢ − r̄_g
 *
 * A group of equal rewards gets 0 throughout and teaches nothing.
 *
 * @param rewards    [B] score units, finite.
 * @param groups     their size or sizes.
 * @returns          [B] in deviations, or in score units for "none". A new array.
 * @throws RangeError for a group size that does not fit, or a reward that is not finite.
 * @see Shao et al. 2024, arXiv:2402.03300; Liu et al. 2025 (Dr. GRPO), arXiv:2503.20783; TRL 1.9.0, GRPOTrainer,
 *      `scale_rewards`. Golden values: tests/fixtures/golden/group_rl.json.
 */
export function groupAdvantages(
  rewards: Numbers,
  groups: GroupSizes,
  scale: RewardScale,
): Float64Array {
  const batchScale = scale === "batch" ? deviation(rewards) + EPSILON : 1;
  return byGroup(rewards, groups, (group) => {
    const centre = mean(group);
    const divisor = scale === "group" ? deviation(group) + EPSILON : batchScale;
    return group.map((reward) => (reward - centre) / divisor);
  });
}

/**
 * Leave-one-out advantages: each answer against the mean of its group's others.
 *
 *   Aᵢ = rᵢ − (Σⱼ rⱼ − rᵢ) / (G − 1)
 *
 * @param rewards  [B] score units; for RLOO those of `penalisedRewards`.
 * @returns        [B] in the same units. A new array.
 * @throws RangeError for a group size that does not fit, or a reward that is not finite.
 * @see Ahmadian et al. 2024, arXiv:2402.14740; TRL 1.9.0, RLOOTrainer. Golden values: group_rl.json, `rloo`.
 */
export function leaveOneOutAdvantages(rewards: Numbers, groups: GroupSizes): Float64Array {
  return byGroup(rewards, groups, (group) => {
    const sum = total(group);
    return group.map((reward) => reward - (sum - reward) / (group.length - 1));
  });
}

/**
 * RLOO's rewards, less what the answer's distance from the reference model costs: r′ᵢ = rᵢ − β·klᵢ.
 *
 * @param kl    [B] Σₜ (log π_old − log π_ref) over the answer's tokens, in nats; may be negative (`sequenceKl`).
 * @param beta  β ≥ 0, score units a nat.
 * @throws RangeError if the lengths differ or β is negative.
 */
export function penalisedRewards(rewards: Numbers, kl: Numbers, beta: number): Float64Array {
  if (rewards.length !== kl.length) {
    throw new RangeError(`rewards [${rewards.length}] and kl [${kl.length}] differ in length`);
  }
  if (!(beta >= 0)) throw new RangeError(`beta must be 0 or more, got ${beta}`);
  return Float64Array.from(rewards, (reward, i) => reward - beta * kl[i]!);
}

/**
 * (x − x̄) / (s + 10⁻⁴) over the whole batch, s unbiased: RLOO's `normalize_advantages`, and the last step of GDPO.
 * @throws RangeError for fewer than two entries, or one that is not finite.
 */
export function normaliseOverBatch(advantages: Numbers): Float64Array {
  const centre = mean(advantages);
  const divisor = deviation(advantages) + EPSILON;
  return Float64Array.from(advantages, (x) => (x - centre) / divisor);
}

/**
 * Advantages from several rewards, each brought to its group's scale before they meet, so that none drowns another:
 *
 *   A = normaliseOverBatch( Σₖ wₖ · groupAdvantages(rₖ, "group") )
 *
 * @param rewards  [K][B] one array a reward.
 * @param weights  [K]
 * @returns        [B] in deviations of the batch.
 * @throws RangeError if there is no reward, the lengths differ, or a group size does not fit.
 * @see GDPO, arXiv:2601.05242; TRL 1.9.0, `multi_objective_aggregation="normalize_then_sum"`. Golden values:
 *      group_rl.json, `gdpo_normalize_then_sum`.
 */
export function gdpoAdvantages(
  rewards: readonly Numbers[],
  weights: Numbers,
  groupSize: number,
): Float64Array {
  const size = rewards[0]?.length;
  if (size === undefined) throw new RangeError("GDPO needs one reward or more, got none");
  if (rewards.length !== weights.length) {
    throw new RangeError(`${rewards.length} rewards need as many weights, got ${weights.length}`);
  }
  const sum = new Float64Array(size);
  rewards.forEach((reward, k) => {
    if (reward.length !== size) {
      throw new RangeError(`reward ${k} has ${reward.length} answers, reward 0 has ${size}`);
    }
    groupAdvantages(reward, groupSize, "group").forEach((x, i) => (sum[i]! += weights[k]! * x));
  });
  return normaliseOverBatch(sum);
}

function byGroup(
  rewards: Numbers,
  groups: GroupSizes,
  advantages: (group: Float64Array) => Float64Array,
): Float64Array {
  const all = Float64Array.from(rewards, (reward, i) => {
    if (!Number.isFinite(reward)) throw new RangeError(`reward ${i} must be finite, got ${reward}`);
    return reward;
  });
  let start = 0;
  for (const size of sizesOf(groups, all.length)) {
    all.set(advantages(all.slice(start, start + size)), start);
    start += size;
  }
  return all;
}

function sizesOf(groups: GroupSizes, rewards: number): readonly number[] {
  const isList = typeof groups !== "number";
  const wrong = [groups].flat().find((size) => !(Number.isInteger(size) && size >= 2));
  if (wrong !== undefined) throw new RangeError(`a group needs 2 answers or more, got ${wrong}`);
  const covered = isList ? total(groups) : rewards - (rewards % groups);
  if (rewards === 0 || covered !== rewards) {
    const named = isList ? groups.join(", ") : groups;
    throw new RangeError(`${rewards} rewards do not make whole groups of ${named}`);
  }
  return isList ? groups : new Array<number>(rewards / groups).fill(groups);
}

function total(x: Numbers): number {
  let sum = 0;
  for (let i = 0; i < x.length; i++) sum += x[i]!;
  return sum;
}

function mean(x: Numbers): number {
  return total(x) / x.length;
}

function deviation(x: Numbers): number {
  if (x.length < 2) throw new RangeError(`a deviation needs 2 numbers or more, got ${x.length}`);
  const centre = mean(x);
  let squares = 0;
  for (let i = 0; i < x.length; i++) squares += (x[i]! - centre) ** 2;
  const result = Math.sqrt(squares / (x.length - 1));
  if (!Number.isFinite(result)) throw new RangeError("a deviation needs finite numbers");
  return result;
}
