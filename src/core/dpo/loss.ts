/** Direct preference optimisation: learning from pairs of answers of which one is preferred, without sampling. */

type Numbers = ArrayLike<number>;

/** [N] log-probabilities of the answers of N pairs, in nats, summed over tokens. */
export interface PreferencePairs {
  readonly policyChosen: Numbers;
  readonly policyRejected: Numbers;
  readonly referenceChosen: Numbers;
  readonly referenceRejected: Numbers;
}

/** β > 0 is how dear it is to leave the reference model; labelSmoothing in [0, ½) the share of labels held wrong. */
export type DpoLoss =
  | { readonly type: "sigmoid"; readonly beta: number; readonly labelSmoothing?: number }
  | { readonly type: "hinge" | "ipo"; readonly beta: number };

/**
 * The loss of each pair, with h = (log π − log π_ref)(chosen) − (log π − log π_ref)(rejected).
 *
 *   sigmoid: −(1 − ε)·ln σ(βh) − ε·ln σ(−βh)     hinge: max(0, 1 − βh)     ipo: (h − 1/(2β))²
 *
 * For ipo TRL divides each log-probability by its answer's tokens first: give means there instead of sums.
 *
 * @returns [N], a new array.
 * @throws RangeError if lengths differ or a setting is out of range.
 * @see Rafailov et al. 2023, arXiv:2305.18290, eq. 7; Zhao et al. 2023 (hinge), arXiv:2305.10425; Azar et al. 2023
 *      (IPO), arXiv:2310.12036, eq. 17; TRL 1.9.0, DPOTrainer. Golden values: group_rl.json, `dpo`.
 */
export function dpoLosses(pairs: PreferencePairs, loss: DpoLoss): Float64Array {
  return logRatios(pairs, loss.beta).map(lossOf(loss));
}

/** How far the policy prefers what was chosen, in the units of the reward that DPO implies. */
export interface ImplicitRewards {
  /** [N] β·(log π − log π_ref). */
  readonly chosen: Float64Array;
  readonly rejected: Float64Array;
  /** [N] chosen − rejected. */
  readonly margins: Float64Array;
  /** Share of pairs whose chosen answer has the greater reward. */
  readonly accuracy: number;
}

/**
 * r̂(x, y) = β·(log π(y|x) − log π_ref(y|x)), up to a term of x alone.
 * @throws RangeError if lengths differ, there is no pair, or β is not above 0.
 * @see Rafailov et al. 2023, arXiv:2305.18290, section 5.
 */
export function implicitRewards(pairs: PreferencePairs, beta: number): ImplicitRewards {
  const margins = logRatios(pairs, beta).map((h) => beta * h);
  if (margins.length === 0) throw new RangeError("accuracy needs one pair or more, got none");
  const reward = (policy: Numbers, reference: Numbers) =>
    Float64Array.from(policy, (logProb, i) => beta * (logProb - reference[i]!));
  return {
    chosen: reward(pairs.policyChosen, pairs.referenceChosen),
    rejected: reward(pairs.policyRejected, pairs.referenceRejected),
    margins,
    accuracy: margins.filter((margin) => margin > 0).length / margins.length,
  };
}

/** [N] h of each pair. */
function logRatios(pairs: PreferencePairs, beta: number): Float64Array {
  if (!(beta > 0)) throw new RangeError(`beta must be above 0, got ${beta}`);
  const { policyChosen, policyRejected, referenceChosen, referenceRejected } = pairs;
  for (const [name, x] of Object.entries(pairs) as [string, Numbers][]) {
    if (x.length !== policyChosen.length) {
      throw new RangeError(
        `${name} [${x.length}] and policyChosen [${policyChosen.length}] differ in length`,
      );
    }
  }
  return Float64Array.from(
    policyChosen,
    (logProb, i) => logProb - referenceChosen[i]! - (policyRejected[i]! - referenceRejected[i]!),
  );
}

function lossOf(loss: DpoLoss): (h: number) => number {
  const { beta } = loss;
  switch (loss.type) {
    case "sigmoid": {
      const { labelSmoothing: smoothing = 0 } = loss;
      if (!(smoothing >= 0 && smoothing < 0.5)) {
        throw new RangeError(`labelSmoothing must lie in [0, 0.5), got ${smoothing}`);
      }
      return (h) => (1 - smoothing) * softplus(-beta * h) + smoothing * softplus(beta * h);
    }
    case "hinge":
      return (h) => Math.max(0, 1 - beta * h);
    case "ipo":
      return (h) => (h - 1 / (2 * beta)) ** 2;
  }
}

/** ln(1 + eˣ) = −ln σ(−x), without overflow. */
function softplus(x: number): number {
  return Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));
}
