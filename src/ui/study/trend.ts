import { mean } from "../../core/statistics/moments";

/** Fewer values have no trend: a single one is mostly noise. */
const FEWEST = 6;

/** Means of the first and the last third of a curve, n values each; null where there are too few. */
export function trendOf(
  values: readonly number[],
): { readonly early: number; readonly late: number; readonly n: number } | null {
  if (values.length < FEWEST) return null;
  const n = Math.floor(values.length / 3);
  return { early: mean(values.slice(0, n)), late: mean(values.slice(-n)), n };
}
