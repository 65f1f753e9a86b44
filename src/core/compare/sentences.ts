/** What a comparison of methods says, in plain sentences. */
import type { PairedDifference } from "../statistics/paired";
import type { Against, MethodMeasure, MethodResult } from "./methods";

/** Of gain and control against the baseline, of what each method adds to LoRA, and of the quality guards; in this order. */
export function comparisonSentences(results: readonly MethodResult[]): string[] {
  const beyond = (measure: MethodMeasure, against: Against, sign: 1 | -1) =>
    results.filter((result) => isBeyondNoise(differenceOf(result, measure, against), sign));
  const rise = beyond("sage", "baseline", 1);
  const within = rise.filter((result) => isBeyondNoise(differenceOf(result, "net", "baseline"), 1));
  const said = [
    rise.length === 0
      ? "No method is more consistent than its baseline beyond noise."
      : `More consistent than the baseline beyond noise: ${names(rise)}.`,
  ];
  if (rise.length > 0) {
    said.push(
      within.length === rise.length
        ? "The gain lies within questions: similarity to the answers to other questions rose less."
        : `That the gain lies within questions is shown for ${within.length === 0 ? "none of them" : names(within)}: read the answers before you call the rest consistency.`,
    );
  }
  const after = results.filter((result) => differenceOf(result, "sage", "lora") !== null);
  if (after.length > 0) {
    const [adds, loses] = [beyond("sage", "lora", 1), beyond("sage", "lora", -1)];
    said.push(
      adds.length === 0
        ? "No method that trains on after LoRA adds anything that can be told from 0."
        : `Adds to LoRA beyond noise: ${names(adds)}.`,
    );
    if (loses.length > 0) said.push(`Falls below LoRA beyond noise: ${names(loses)}.`);
  }
  const guards = [
    ["nearness", "Similarity to the aligned answers"],
    ["distinct2", "Distinctness within an answer (distinct-2)"],
  ] as const;
  for (const [measure, title] of guards) {
    const fell = beyond(measure, "baseline", -1);
    if (fell.length > 0) said.push(`${title} fell below the baseline for ${names(fell)}.`);
  }
  return said;
}

/** Null where the method was not held against it. */
export function differenceOf(
  { differences }: MethodResult,
  measure: MethodMeasure,
  against: Against,
): PairedDifference | null {
  const found = differences.find((one) => one.measure === measure && one.against === against);
  return found?.paired ?? null;
}

/** Whether the interval lies on that side of 0. */
function isBeyondNoise(paired: PairedDifference | null, sign: 1 | -1): boolean {
  const interval = paired?.interval ?? null;
  return interval !== null && (sign > 0 ? interval.low > 0 : interval.high < 0);
}

function names(results: readonly MethodResult[]): string {
  const all = results.map(({ method }) => method);
  return all.length === 1 ? all[0]! : `${all.slice(0, -1).join(", ")} and ${all.at(-1)}`;
}
