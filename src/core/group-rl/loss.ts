/** Policy losses of GRPO and its relatives. Values only, summed in float64: what an engine's gradient is held against. */
import { assertShape, countTokens, k3, type Rows, sequenceLogProbs } from "./tokens";

type Numbers = ArrayLike<number>;

/** How token losses become one number (and, for cispo, what a token's loss is); see `groupLoss`. */
export const GROUP_LOSSES = ["grpo", "bnpo", "dapo", "dr_grpo", "cispo"] as const;
export type GroupLossType = (typeof GROUP_LOSSES)[number];

/** Whether each token has its own ratio, or an answer one for all of its tokens (GSPO). */
export const RATIO_LEVELS = ["token", "sequence"] as const;
export type RatioLevel = (typeof RATIO_LEVELS)[number];

export interface GroupLossConfig {
  readonly type: GroupLossType;
  readonly level: RatioLevel;
  /** β ≥ 0, of the k3 distance from the reference model. */
  readonly beta: number;
  /** Ratios are clipped to [1 − low, 1 + high]; high > low is DAPO's clip-higher. For cispo, high caps the ratio itself. */
  readonly epsilonLow: number;
  readonly epsilonHigh: number;
  /** Upper bound of the ratio where it is not clipped (two-sided clipping), or null for none. */
  readonly delta: number | null;
  /** Tokens an answer may have at most; dr_grpo divides by it. */
  readonly maxCompletionLength: number;
  /** Tokens of the whole optimiser step, by which dapo and cispo divide; null: this batch is the whole step. */
  readonly stepTokens: number | null;
}

/** TRL 1.9.0's defaults. */
export const GROUP_LOSS_DEFAULTS: GroupLossConfig = {
  type: "dapo",
  level: "token",
  beta: 0,
  epsilonLow: 0.2,
  epsilonHigh: 0.2,
  delta: null,
  maxCompletionLength: 256,
  stepTokens: null,
};

export interface GroupBatch {
  /** [B][T] of the policy now, in nats. */
  readonly logProbs: Rows;
  /** [B][T] of the policy that sampled the answers. */
  readonly oldLogProbs: Rows;
  /** [B][T] of the reference model; null where β is 0. */
  readonly referenceLogProbs: Rows | null;
  /** [B][T] 1 at an answer's token, 0 at padding, which may hold anything. */
  readonly mask: Rows;
  /** [B] of `groupAdvantages` or its relatives. */
  readonly advantages: Numbers;
}

/**
 * The loss of a batch of answers.
 *
 *   ρₜ = exp(log πₜ − log π_old,ₜ);   at level "sequence" ρ = exp(mean over the answer's tokens of that difference)
 *   ℓₜ = −min(min(ρₜ, δ)·A, clip(ρₜ, 1 − ε_low, 1 + ε_high)·A) + β·k3ₜ
 *   cispo: ℓₜ = −sg(min(ρₜ, ε_high))·A·log πₜ + β·k3ₜ, no gradient through sg
 *
 *   grpo: mean over answers of the mean over their tokens     bnpo: Σ ℓ / tokens of this batch
 *   dapo, cispo: Σ ℓ / tokens of the optimiser step           dr_grpo: Σ ℓ / (B · longest answer allowed)
 *
 * An answer all masked counts as an answer with loss 0, as in TRL (`mask_truncated_completions`).
 *
 * @throws RangeError if shapes differ, no token counts, a setting is out of range, or β > 0 lacks a reference.
 * @see Shao et al. 2024 (GRPO), arXiv:2402.03300; Yu et al. 2025 (DAPO), arXiv:2503.14476; Liu et al. 2025 (Dr. GRPO),
 *      arXiv:2503.20783; Zheng et al. 2025 (GSPO), arXiv:2507.18071; MiniMax 2025 (CISPO), arXiv:2506.13585; Prime
 *      Intellect 2025 (two-sided), arXiv:2505.07291; TRL 1.9.0, GRPOTrainer. Golden values: group_rl.json, `losses`.
 */
export function groupLoss(batch: GroupBatch, config: GroupLossConfig): number {
  assertConfig(config);
  assertBatch(batch, config);
  const weights = tokenWeights(batch.mask.map(countTokens), config);
  return batch.mask.reduce((sum, _, b) => sum + weights[b]! * answerLoss(batch, b, config), 0);
}

/**
 * What a token of each answer weighs in the loss of the batch: loss = Σ_b w_b·Σₜ ℓₜ.
 *
 * @param counts  [B] tokens of each answer that count; 0 for one that is masked out.
 * @returns       [B]
 * @throws RangeError if no token counts.
 */
export function tokenWeights(
  counts: readonly number[],
  {
    type,
    maxCompletionLength,
    stepTokens,
  }: Pick<GroupLossConfig, "type" | "maxCompletionLength" | "stepTokens">,
): number[] {
  const tokens = counts.reduce((a, b) => a + b, 0);
  if (tokens === 0) throw new RangeError("no token of the batch counts; leave the batch out");
  switch (type) {
    case "grpo":
      return counts.map((count) => 1 / (Math.max(count, 1) * counts.length));
    case "bnpo":
      return counts.map(() => 1 / tokens);
    case "dapo":
    case "cispo":
      return counts.map(() => 1 / (stepTokens ?? tokens));
    case "dr_grpo":
      return counts.map(() => 1 / (counts.length * maxCompletionLength));
  }
}

/**
 * RLOO's loss: PPO's clipped objective with one ratio an answer, of its whole probability.
 *
 *   ρ = exp(Σ log π − Σ log π_old),   loss = mean of −min(ρ·A, clip(ρ, 1 − ε, 1 + ε)·A)
 *
 * The distance from the reference is in the rewards already (`penalisedRewards`).
 *
 * @throws RangeError if shapes differ or there is no answer.
 * @see Ahmadian et al. 2024, arXiv:2402.14740; TRL 1.9.0, RLOOTrainer. Golden value: group_rl.json, `rloo`.
 */
export function rlooLoss(
  { logProbs, oldLogProbs, mask, advantages }: Omit<GroupBatch, "referenceLogProbs">,
  epsilon = 0.2,
): number {
  if (mask.length === 0) throw new RangeError("a batch of no answers has no loss");
  assertAdvantages(advantages, mask);
  const old = sequenceLogProbs(oldLogProbs, mask);
  const clip = { low: epsilon, high: epsilon, delta: null };
  return sequenceLogProbs(logProbs, mask).reduce(
    (mean, sum, b) =>
      mean + clippedLoss(Math.exp(sum - old[b]!), advantages[b]!, clip) / old.length,
    0,
  );
}

/** Σ over answer b's tokens that count. */
function answerLoss(batch: GroupBatch, b: number, config: GroupLossConfig): number {
  const [logProbs, old] = [batch.logProbs[b]!, batch.oldLogProbs[b]!];
  const [mask, advantage] = [batch.mask[b]!, batch.advantages[b]!];
  const clip = { low: config.epsilonLow, high: config.epsilonHigh, delta: config.delta };
  const shared = config.level === "sequence" ? meanLogRatio(logProbs, old, mask) : null;
  let sum = 0;
  for (let t = 0; t < mask.length; t++) {
    if (!mask[t]) continue;
    const ratio = Math.exp(shared ?? logProbs[t]! - old[t]!);
    sum +=
      config.type === "cispo"
        ? -Math.min(ratio, config.epsilonHigh) * advantage * logProbs[t]!
        : clippedLoss(ratio, advantage, clip);
    if (config.beta > 0) sum += config.beta * k3(logProbs[t]!, batch.referenceLogProbs![b]![t]!);
  }
  return sum;
}

function clippedLoss(
  ratio: number,
  advantage: number,
  { low, high, delta }: { low: number; high: number; delta: number | null },
): number {
  const free = delta === null ? ratio : Math.min(ratio, delta);
  const clipped = Math.min(Math.max(ratio, 1 - low), 1 + high);
  return -Math.min(free * advantage, clipped * advantage);
}

function meanLogRatio(logProbs: Numbers, old: Numbers, mask: Numbers): number {
  let sum = 0;
  for (let t = 0; t < mask.length; t++) if (mask[t]) sum += logProbs[t]! - old[t]!;
  return sum / Math.max(countTokens(mask), 1);
}

function assertBatch(batch: GroupBatch, { beta }: GroupLossConfig): void {
  assertShape("log-probabilities", batch.logProbs, batch.mask);
  assertShape("old log-probabilities", batch.oldLogProbs, batch.mask);
  assertAdvantages(batch.advantages, batch.mask);
  if (beta === 0) return;
  if (batch.referenceLogProbs === null) {
    throw new RangeError(
      `beta ${beta} needs the reference's log-probabilities; give them or beta 0`,
    );
  }
  assertShape("reference log-probabilities", batch.referenceLogProbs, batch.mask);
}

function assertAdvantages(advantages: Numbers, mask: Rows): void {
  if (advantages.length !== mask.length) {
    throw new RangeError(
      `${mask.length} answers need as many advantages, got ${advantages.length}`,
    );
  }
}

function assertConfig(config: GroupLossConfig): void {
  for (const name of ["beta", "epsilonLow", "epsilonHigh"] as const) {
    if (!(config[name] >= 0))
      throw new RangeError(`${name} must be 0 or more, got ${config[name]}`);
  }
  for (const name of ["delta", "maxCompletionLength", "stepTokens"] as const) {
    const value = config[name];
    if (value !== null && !(value > 0))
      throw new RangeError(`${name} must be above 0, got ${value}`);
  }
}
