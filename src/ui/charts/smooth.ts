/**
 * Exponential moving average, corrected for its start: sᵢ = Σₖ βⁱ⁻ᵏ xₖ / Σₖ βⁱ⁻ᵏ over k ≤ i. A null leaves it as it was.
 * @param beta  0 gives the values back; the nearer to 1, the smoother.
 */
export function smooth(values: readonly (number | null)[], beta: number): (number | null)[] {
  let sum = 0;
  let weight = 0;
  return values.map((value) => {
    if (value !== null) {
      sum = beta * sum + value;
      weight = beta * weight + 1;
    }
    return weight === 0 ? null : sum / weight;
  });
}
