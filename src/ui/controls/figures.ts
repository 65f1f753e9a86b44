/** Figures as the page writes them. */
import type { Measure } from "../../core/measures/registry";

/** A score from 0 to 1 in two digits, without the 0 before the point: ".57", "−.03", "1.00"; "–" where undefined. */
export function score(x: number | null | undefined): string {
  if (x === null || x === undefined) return "–";
  return signless(x.toFixed(2)).replace(/^(−?)0\./, "$1.");
}

/** "[.40, .52]"; "–" where undefined. */
export function interval(bounds: readonly [number, number] | null): string {
  return bounds === null ? "–" : `[${score(bounds[0])}, ${score(bounds[1])}]`;
}

/** A figure in so many decimals, with a true minus. */
export function fixed(x: number | null, digits: number): string {
  return x === null ? "–" : signless(x.toFixed(digits));
}

/** A figure by a measure in its unit: similarities and shares as scores, counts in one digit. */
export function measured(x: number | null | undefined, unit: Measure["unit"]): string {
  return isCounted(unit) ? fixed(x ?? null, 1) : score(x);
}

export function measuredInterval(
  bounds: readonly [number, number] | null,
  unit: Measure["unit"],
): string {
  return bounds === null ? "–" : `[${measured(bounds[0], unit)}, ${measured(bounds[1], unit)}]`;
}

export function measuredChange(x: number, unit: Measure["unit"]): string {
  if (!isCounted(unit)) return change(x);
  return x < 0 || Object.is(x, -0) ? fixed(x, 1) : `+${fixed(x, 1)}`;
}

const isCounted = (unit: Measure["unit"]) => unit === "words" || unit === "meanings";

/** "+.11" or "−.03". */
export function change(x: number): string {
  return x < 0 || Object.is(x, -0) ? score(x) : `+${score(x)}`;
}

const date = new Intl.DateTimeFormat("en-GB", { dateStyle: "medium", timeStyle: "short" });

/** "24 Nov 2026, 16:05". */
export function timeText(at: number): string {
  return date.format(at);
}

/** "−0.00" is 0; U+2212 is as wide as a digit and is read as "minus". */
function signless(digits: string): string {
  return /^-0\.?0*$/.test(digits) ? digits.slice(1) : digits.replace("-", "−");
}
