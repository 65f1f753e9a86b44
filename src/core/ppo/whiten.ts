/** Moments over the entries of a batch that count, as TRL's core.py takes them: over all rows together. */

type Numbers = ArrayLike<number>;

/** Σ x·m / Σ m. @throws RangeError if nothing counts. */
export function maskedMean(x: Numbers, mask: Numbers): number {
  const n = countOf(x, mask, 1);
  let sum = 0;
  for (let i = 0; i < x.length; i++) if (mask[i]) sum += x[i]!;
  return sum / n;
}

/** Σ (x − x̄)²·m / (Σ m − 1). @throws RangeError if fewer than two entries count: TRL's answer there is NaN. */
export function maskedVariance(x: Numbers, mask: Numbers): number {
  const n = countOf(x, mask, 2);
  const mean = maskedMean(x, mask);
  let sum = 0;
  for (let i = 0; i < x.length; i++) if (mask[i]) sum += (x[i]! - mean) ** 2;
  return sum / (n - 1);
}

/**
 * (x − x̄) / √(var + 1e-8), and x̄ added again if the mean is not to shift.
 *
 * Entries that do not count are transformed too, as in TRL. The order and ratios of scores survive, their size
 * does not: a batch of one answer learns the same from every positive score (docs/training.md).
 *
 * @returns a new array as long as x.
 * @throws RangeError if fewer than two entries count.
 */
export function maskedWhiten(x: Numbers, mask: Numbers, { shiftMean = true } = {}): Float32Array {
  const scale = 1 / Math.sqrt(maskedVariance(x, mask) + 1e-8);
  const mean = maskedMean(x, mask);
  return Float32Array.from(x, (value) => (value - mean) * scale + (shiftMean ? 0 : mean));
}

function countOf(x: Numbers, mask: Numbers, least: number): number {
  if (x.length !== mask.length) {
    throw new RangeError(`x [${x.length}] and mask [${mask.length}] differ in length`);
  }
  let n = 0;
  for (let i = 0; i < mask.length; i++) if (mask[i]) n++;
  if (n < least) {
    throw new RangeError(`${least} or more entries must count, got ${n}; leave the response out`);
  }
  return n;
}
