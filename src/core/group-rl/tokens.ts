/** Log-probabilities of a batch's answers, token by token, and what is summed from them. */

type Numbers = ArrayLike<number>;

/** [B][T] one row an answer; rows may differ in length. */
export type Rows = readonly Numbers[];

/**
 * Schulman's k3 at one token, in nats: e^d − d − 1, d = log π_ref − log π. Never negative, and unbiased for
 * KL(π ‖ π_ref) where the token was drawn from π.
 * @see Schulman 2020, "Approximating KL divergence" (joschu.net/blog/kl-approx.html).
 */
export function k3(logProb: number, referenceLogProb: number): number {
  const d = referenceLogProb - logProb;
  return Math.expm1(d) - d;
}

/** [B] Σₜ mₜ·log πₜ of each answer, in nats. @throws RangeError if shapes differ. */
export function sequenceLogProbs(logProbs: Rows, mask: Rows): Float64Array {
  assertShape("log-probabilities", logProbs, mask);
  return Float64Array.from(logProbs, (row, b) => {
    let sum = 0;
    for (let t = 0; t < row.length; t++) if (mask[b]![t]) sum += row[t]!;
    return sum;
  });
}

/** [B] Σₜ mₜ·(log π_old − log π_ref), in nats: k1 over the answer, negative where the reference likes it better. */
export function sequenceKl(oldLogProbs: Rows, reference: Rows, mask: Rows): Float64Array {
  const referenceSums = sequenceLogProbs(reference, mask);
  return sequenceLogProbs(oldLogProbs, mask).map((sum, b) => sum - referenceSums[b]!);
}

/** Tokens that count. */
export function countTokens(mask: Numbers): number {
  let n = 0;
  for (let t = 0; t < mask.length; t++) if (mask[t]) n++;
  return n;
}

export function assertShape(name: string, rows: Rows, mask: Rows): void {
  if (rows.length !== mask.length) {
    throw new RangeError(`${name} of ${rows.length} answers, but a mask of ${mask.length}`);
  }
  const b = rows.findIndex((row, i) => row.length !== mask[i]!.length);
  if (b >= 0) {
    const [got, expected] = [rows[b]!.length, mask[b]!.length];
    throw new RangeError(`answer ${b}: ${name} [${got}] and mask [${expected}] differ in length`);
  }
}
