/** Clusters of answers that mean the same, and how spread the answers are over them. */
import { pairs } from "../sage/similarity";

/**
 * Clusters of meaning from similarities: two answers share a cluster if a chain of pairs with a similarity of `threshold` or
 * more joins them (single linkage). The clusters depend on no order of the answers. Kuhn et al. join answers that entail
 * each other; a similarity is blunter, which is why the threshold stands beside every figure.
 *
 * @param weights    [n(n−1)/2] in the order of `pairs`.
 * @returns          [n] the cluster of each answer, numbered from 0 in the order of their first answers.
 * @throws RangeError if the number of weights does not fit n, or the threshold is not finite.
 * @see Kuhn, Gal & Farquhar 2023, arXiv:2302.09664, §3.2.
 */
export function meaningClusters(
  weights: readonly number[],
  n: number,
  threshold: number,
): number[] {
  const joined = pairs(n);
  if (weights.length !== joined.length) {
    throw new RangeError(`${n} answers have ${joined.length} pairs, got ${weights.length} weights`);
  }
  if (!Number.isFinite(threshold)) {
    throw new RangeError(`the threshold of a cluster must be a number, got ${threshold}`);
  }
  const clusters = Array.from({ length: n }, (_, i) => i);
  joined.forEach(([i, j], pair) => {
    if (weights[pair]! < threshold) return;
    const [kept, merged] = [clusters[i]!, clusters[j]!];
    for (let k = 0; k < n; k++) if (clusters[k] === merged) clusters[k] = kept;
  });
  const numbers = [...new Set(clusters)];
  return clusters.map((cluster) => numbers.indexOf(cluster));
}

/**
 * Semantic entropy over its largest value, with the share of a cluster's answers as its probability:
 *
 *   SE / log N = −Σ_C p(C) log p(C) / log N,   p(C) = |C| / N
 *
 * @param clusters  [N] the cluster of each answer.
 * @returns         0 if all answers mean the same, 1 if no two do.
 * @throws RangeError for fewer than 2 answers: their entropy is 0 whatever they say.
 * @see Kuhn et al. 2023, eq. 4; the discrete form of Farquhar et al., Nature 630, 2024.
 */
export function normalisedSemanticEntropy(clusters: readonly number[]): number {
  const n = clusters.length;
  if (n < 2) throw new RangeError(`semantic entropy needs at least 2 answers, got ${n}`);
  const sizes = new Map<number, number>();
  for (const cluster of clusters) sizes.set(cluster, (sizes.get(cluster) ?? 0) + 1);
  let entropy = 0;
  for (const size of sizes.values()) entropy -= (size / n) * Math.log(size / n);
  return Math.min(1, Math.max(0, entropy / Math.log(n)));
}
