/**
 * Whether the score has stopped rising.
 * @param means  best mean SaGE of each cycle so far, oldest first; null where a cycle has none.
 * @param start  the mean before the first cycle.
 * @returns true once `patience` cycles in a row did not beat the best before them by more than `minimumGain`.
 */
export function plateaued(
  means: readonly (number | null)[],
  start: number | null,
  { patience, minimumGain }: { readonly patience: number; readonly minimumGain: number },
): boolean {
  let best = start ?? -Infinity;
  let without = 0;
  for (const mean of means) {
    if (mean !== null && mean > best + minimumGain) {
      best = mean;
      without = 0;
    } else {
      without++;
    }
  }
  return without >= patience;
}
