/** How far distributions over the same outcomes lie apart. */

type Distribution = readonly number[];

/** −Σ p log p in nats, with 0 log 0 = 0. @throws RangeError unless p ≥ 0 sums to 1. */
export function entropy(p: Distribution): number {
  checkDistribution(p);
  return rawEntropy(p);
}

/**
 * Generalised Jensen–Shannon divergence with equal weights, over its largest value:
 *
 *   JSD(p₁ … pₙ) = [H(p̄) − (1/n) Σ H(pᵢ)] / log k
 *
 * for k outcomes: 0 if all are equal, 1 at most.
 *
 * @throws RangeError for no distribution, one that is none, or different numbers of outcomes.
 * @see Lin 1991; Scherrer et al. 2023, arXiv:2307.14324, §2.3.
 */
export function generalisedJsd(distributions: readonly Distribution[]): number {
  const mean = meanOf(distributions);
  const within = distributions.reduce((sum, p) => sum + rawEntropy(p), 0) / distributions.length;
  return Math.max(0, (rawEntropy(mean) - within) / Math.log(mean.length));
}

/** Jensen–Shannon distance √JSD of two distributions in nats, from 0 to √log 2 = .833, as SciPy has it. */
export function jsDistance(p: Distribution, q: Distribution): number {
  const mean = meanOf([p, q]);
  return Math.sqrt(Math.max(0, rawEntropy(mean) - (rawEntropy(p) + rawEntropy(q)) / 2));
}

/** Kept off zero, as the published code does: the centroid takes logarithms. */
const FLOOR = 1e-10;
const MOST_STEPS = 10_000;
const TOLERANCE = 1e-12;

/**
 * The Jensen–Shannon centroid, c = argmin Σᵢ JSD(pᵢ, c), by the concave–convex procedure:
 *
 *   c_k ← exp((1/n) Σᵢ log((pᵢₖ + c_k)/2)) / Z
 *
 * from the mean on until no component moves by more than 1e-12.
 *
 * @throws RangeError as `generalisedJsd`.
 * @see Nielsen 2020, Entropy 22(2):221, eq. 100, in the probabilities themselves.
 */
export function jsCentroid(distributions: readonly Distribution[]): number[] {
  let centroid = meanOf(distributions).map((x) => x + FLOOR);
  for (let step = 0; step < MOST_STEPS; step++) {
    const next = centroid.map((c, k) =>
      Math.exp(
        distributions.reduce((sum, p) => sum + Math.log((p[k]! + FLOOR + c) / 2), 0) /
          distributions.length,
      ),
    );
    const total = next.reduce((a, b) => a + b);
    const normalised = next.map((x) => x / total);
    const moved = Math.max(...normalised.map((x, k) => Math.abs(x - centroid[k]!)));
    centroid = normalised;
    if (moved < TOLERANCE) break;
  }
  return centroid;
}

/**
 * Inconsistency of ValueConsistency: the mean Jensen–Shannon distance of the distributions to their centroid; 0 if all are
 * equal.
 * @see Moore, Deshpande & Yang 2024, arXiv:2407.02996, §3; `d_dimensional_distance` of the authors' measures.py.
 */
export function distanceToCentroid(distributions: readonly Distribution[]): number {
  const centroid = jsCentroid(distributions);
  return distributions.reduce((sum, p) => sum + jsDistance(p, centroid), 0) / distributions.length;
}

function meanOf(distributions: readonly Distribution[]): number[] {
  const [first] = distributions;
  if (!first) throw new RangeError("a divergence needs at least one distribution");
  for (const p of distributions) {
    checkDistribution(p);
    if (p.length !== first.length) {
      throw new RangeError(`distributions over ${first.length} and ${p.length} outcomes differ`);
    }
  }
  return first.map(
    (_, k) => distributions.reduce((sum, p) => sum + p[k]!, 0) / distributions.length,
  );
}

function checkDistribution(p: Distribution): void {
  const total = p.reduce((a, b) => a + b, 0);
  if (p.length < 2 || !p.every((x) => x >= 0) || !(Math.abs(total - 1) < 1e-6)) {
    throw new RangeError(`[${p.join(", ")}] is no distribution over 2 or more outcomes`);
  }
}

const rawEntropy = (p: Distribution) =>
  -p.reduce((sum, x) => sum + (x > 0 ? x * Math.log(x) : 0), 0);
