import { pairs } from "./similarity";

/** The reference code's α. */
export const SAGE_EXPONENT = 10;

/** Added by the reference code, so that a graph without positive edges has even strengths. */
const FLOOR = 1e-20;

/**
 * Strength of each node of the complete similarity graph:
 *
 *   sᵢ = 10⁻²⁰ + Σ wᵢⱼ over j ≠ i with wᵢⱼ > 0
 *
 * Edges of weight 0 or less are skipped, as in the reference code.
 *
 * @param weights  [n(n−1)/2] in the order of `pairs`.
 * @param nodeOf   [n] the node of each answer, numbered from 0 without gaps. Answers that share a node have their
 *                 edge within it, which then counts for both of its ends.
 * @returns        one strength a node, in units of similarity, from 0 to n − 1 where no answers share one.
 */
export function nodeStrengths(weights: readonly number[], nodeOf: readonly number[]): number[] {
  const strengths = new Array<number>(new Set(nodeOf).size).fill(FLOOR);
  pairs(nodeOf.length).forEach(([i, j], pair) => {
    const weight = weights[pair]!;
    if (weight <= 0) return;
    strengths[nodeOf[i]!]! += weight;
    strengths[nodeOf[j]!]! += weight;
  });
  return strengths;
}

/**
 * Evenness of the node strengths, the entropy factor of SaGE:
 *
 *   pᵢ = sᵢ^α / Σₖ sₖ^α,   H = −Σᵢ pᵢ log₂ pᵢ,   evenness = H / log₂ N
 *
 * Equal strengths give 1 at any level; one dominating node tends to 0. A single node gives 0, as in the reference
 * code. The reference's f = (10·s)^α cancels to this.
 *
 * @param strengths     [N] positive.
 * @param sageExponent  α, 10 in the reference code; the larger, the more a weak node counts.
 * @returns             a number from 0 to 1.
 * @throws RangeError unless α is finite and at least 0.
 */
export function evenness(strengths: readonly number[], sageExponent = SAGE_EXPONENT): number {
  if (!(sageExponent >= 0 && sageExponent < Infinity)) {
    throw new RangeError(`sageExponent must be a finite number of at least 0, got ${sageExponent}`);
  }
  if (strengths.length === 1) return 0;
  const strongest = Math.max(...strengths);
  const powers = strengths.map((s) => (s / strongest) ** sageExponent); // relative, so that no power overflows
  const total = powers.reduce((a, b) => a + b, 0);
  let entropy = 0;
  for (const power of powers) {
    const p = power / total;
    if (p > 0) entropy -= p * Math.log2(p);
  }
  return Math.min(1, entropy / Math.log2(strengths.length));
}
