/** A correlation coefficient from −1 to 1; null where `reason` says why it is undefined. */
export interface Correlation {
  readonly coefficient: number | null;
  readonly n: number;
  readonly reason: string | null;
}

export type CorrelationKind = "pearson" | "spearman" | "kendall";

/**
 * Pearson's product-moment correlation:
 *
 *   r = Σ(x − x̄)(y − ȳ) / √(Σ(x − x̄)²·Σ(y − ȳ)²)
 *
 * @param x, y  [n] finite, in the same order.
 * @returns     null for fewer than 2 values or where one side doesn't vary.
 * @throws RangeError if the lengths differ or a value is not finite.
 */
export function pearson(x: readonly number[], y: readonly number[]): Correlation {
  return correlate(x, y, productMoment);
}

/** Spearman's ρ: Pearson's correlation of the ranks, ties sharing their mean rank. Errors as `pearson`. */
export function spearman(x: readonly number[], y: readonly number[]): Correlation {
  return correlate(x, y, (x, y) => productMoment(meanRanks(x), meanRanks(y)));
}

/**
 * Kendall's τ-b, which allows for ties:
 *
 *   τ_b = (C − D) / √((n₀ − t_x)(n₀ − t_y)),   n₀ = n(n − 1)/2
 *
 * with C concordant and D discordant pairs, t pairs tied in x or y. Takes n₀ steps. Errors as `pearson`.
 *
 * @see Kendall 1945, "The treatment of ties in ranking problems".
 */
export function kendallTauB(x: readonly number[], y: readonly number[]): Correlation {
  return correlate(x, y, tauB);
}

/** The coefficient of a kind, by name. */
export const correlations: Readonly<Record<CorrelationKind, typeof pearson>> = {
  pearson,
  spearman,
  kendall: kendallTauB,
};

function correlate(
  x: readonly number[],
  y: readonly number[],
  coefficient: (x: readonly number[], y: readonly number[]) => number,
): Correlation {
  const n = x.length;
  if (n !== y.length) throw new RangeError(`${n} and ${y.length} values differ in number`);
  const faulty = [...x, ...y].find((value) => !Number.isFinite(value));
  if (faulty !== undefined) {
    throw new RangeError(`cannot correlate ${faulty}; leave undefined values out`);
  }
  const undefinedFor = (reason: string) => ({ coefficient: null, n, reason });
  if (n < 2) return undefinedFor(`a correlation needs at least 2 values, got ${n}`);
  for (const side of [x, y]) {
    if (side.every((value) => value === side[0])) {
      return undefinedFor(
        `all ${n} values of one side are ${Number(side[0]!.toPrecision(3))}, so nothing can vary with them`,
      );
    }
  }
  return { coefficient: coefficient(x, y), n, reason: null };
}

function productMoment(x: readonly number[], y: readonly number[]): number {
  const [xMean, yMean] = [x, y].map((side) => side.reduce((a, b) => a + b) / side.length);
  let [xx, yy, xy] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    const [dx, dy] = [x[i]! - xMean!, y[i]! - yMean!];
    xx += dx * dx;
    yy += dy * dy;
    xy += dx * dy;
  }
  return clamp(xy / (Math.sqrt(xx) * Math.sqrt(yy)));
}

function meanRanks(values: readonly number[]): number[] {
  const order = values.map((_, i) => i).sort((a, b) => values[a]! - values[b]!);
  const ranks = new Array<number>(values.length);
  for (let first = 0; first < order.length;) {
    let end = first + 1;
    while (end < order.length && values[order[end]!] === values[order[first]!]) end++;
    for (const i of order.slice(first, end)) ranks[i] = (first + 1 + end) / 2; // ranks first + 1 … end
    first = end;
  }
  return ranks;
}

function tauB(x: readonly number[], y: readonly number[]): number {
  let [difference, xUntied, yUntied] = [0, 0, 0];
  for (let i = 0; i < x.length; i++) {
    for (let j = 0; j < i; j++) {
      const [dx, dy] = [Math.sign(x[i]! - x[j]!), Math.sign(y[i]! - y[j]!)];
      difference += dx * dy;
      xUntied += dx * dx;
      yUntied += dy * dy;
    }
  }
  return clamp(difference / Math.sqrt(xUntied * yUntied));
}

/** Rounding may carry a perfect correlation past 1. */
function clamp(coefficient: number): number {
  return Math.max(-1, Math.min(1, coefficient));
}
