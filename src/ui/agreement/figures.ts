import type { Interval } from "../../core/statistics/bootstrap";

/** A coefficient in three digits, without the 0 before the point: ".869", "−.033", "1.000"; "–" where undefined. */
export function three(x: number | null): string {
  if (x === null) return "–";
  const digits = x.toFixed(3).replace(/^(-?)0\./, "$1.");
  return digits === "-.000" ? ".000" : digits.replace("-", "−");
}

/** With its sign: "+.026", "−.004". */
export function signed(x: number | null): string {
  const digits = three(x);
  return x === null || /^(−|\.000)/.test(digits) ? digits : `+${digits}`;
}

/** "[.839, .896]"; empty where there is none. */
export function range(interval: Interval | null, figure = three): string {
  return interval === null ? "" : `[${figure(interval.low)}, ${figure(interval.high)}]`;
}

/** "93.9 %"; "–" where undefined. */
export function percent(share: number | null): string {
  return share === null ? "–" : `${(100 * share).toFixed(1)} %`;
}
