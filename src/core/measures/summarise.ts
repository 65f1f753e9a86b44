/** A model's measures over its questions. */
import { deriveSeed } from "../random";
import { type BootstrapOptions, bootstrapMean } from "../statistics/bootstrap";
import type { Measured } from "./measured";
import {
  type FieldScore,
  type ListedMeasures,
  type MeasureName,
  measuredOf,
  SUMMARISED_NAMES,
} from "./registry";

export interface MeasureSummary {
  readonly mean: number | null;
  /** Percentile bootstrap over questions; null below 2. */
  readonly interval: readonly [low: number, high: number] | null;
  /** Questions of which the measure is defined. */
  readonly n: number;
  /** Why it is defined of none; null where it is. */
  readonly reason: string | null;
}

export type MeasureSummaries = Readonly<
  Partial<Record<(typeof SUMMARISED_NAMES)[number], MeasureSummary>>
>;

/** A measure's mean alone, which costs no bootstrap: for tables of many models. */
export function meanOfMeasure(
  scores: readonly (FieldScore & { readonly measures?: ListedMeasures })[],
  name: MeasureName,
): Pick<MeasureSummary, "mean" | "n"> {
  const values = scores.flatMap((score) => measuredOf(score, name).value ?? []);
  const n = values.length;
  return { mean: n === 0 ? null : values.reduce((a, b) => a + b) / n, n };
}

/** Questions of which a measure is undefined are left out of its mean; n says how many were in. */
export function summariseMeasures(
  scores: readonly (FieldScore & { readonly measures?: ListedMeasures })[],
  options: BootstrapOptions,
): MeasureSummaries {
  const entries = SUMMARISED_NAMES.map((name) => {
    const measured = scores.map((score) => measuredOf(score, name));
    const seed = deriveSeed(options.seed, name);
    return [name, summaryOf(measured, { ...options, seed })] as const;
  });
  return Object.fromEntries<MeasureSummary>(entries);
}

function summaryOf(measured: readonly Measured[], options: BootstrapOptions): MeasureSummary {
  const values = measured.flatMap(({ value }) => value ?? []);
  const n = values.length;
  if (n === 0) {
    const reason = measured[0]?.reason ?? "no question was scored";
    return { mean: null, interval: null, n, reason };
  }
  const bounds = bootstrapMean(values, options);
  const interval = bounds && ([bounds.low, bounds.high] as const);
  return { mean: values.reduce((a, b) => a + b) / n, interval, n, reason: null };
}
