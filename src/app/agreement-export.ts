/** The agreement page as files: everything as JSON, the figures and the labels as CSV. */
import type { Decision, FinalLabel } from "../core/annotation/adjudication";
import type { Agreement } from "../core/annotation/agreement";
import type { LabelTable } from "../core/annotation/label-table";
import type { MergedLabels, Refusal } from "../core/annotation/merge";
import type { UnreadReply } from "../core/annotation/model-rater";
import type { AttentionChecks, SelfAgreement } from "../core/annotation/rater-checks";
import type { NaPolicy } from "../core/annotation/ratings-csv";
import { toCsv } from "../core/format/csv";
import type { NamedLevel, Rating } from "../core/statistics/alpha-level";
import type { Interval } from "../core/statistics/bootstrap";
import type { MetricComparison } from "../core/statistics/metric-agreement";
import { STATISTICS } from "../core/statistics/metric-estimators";

export interface AgreementReport {
  readonly title: string;
  readonly settings: {
    readonly level: NamedLevel;
    readonly na: NaPolicy;
    readonly blockSize: number;
    readonly replicates: number;
    readonly confidence: number;
    readonly seed: number;
  };
  readonly files: readonly string[];
  readonly refused: readonly Refusal[];
  readonly superseded: MergedLabels["superseded"];
  readonly table: LabelTable<Rating>;
  readonly finals: readonly FinalLabel[] | null;
  /** The log of adjudication, in the order in which it was written; a label of null withdraws. */
  readonly decisions: readonly Decision[];
  readonly agreement: Agreement;
  /** What models replied that is no label. */
  readonly unread: readonly UnreadReply[];
  readonly selfAgreement: readonly SelfAgreement[];
  readonly checks: readonly AttentionChecks[];
  /** Null where it was not made: ratings that are numbers, or cancelled. */
  readonly metrics: MetricComparison | null;
}

export function agreementJson(report: AgreementReport): string {
  return `${JSON.stringify({ format: "steadfast-agreement", version: 1, ...report }, null, 2)}\n`;
}

interface Figure {
  readonly group: string;
  readonly name: string;
  readonly statistic: string;
  readonly value: number | null;
  readonly interval?: Interval | null;
  readonly n: number | null;
  readonly reason?: string | null;
}

/** A row a figure: `group, name, statistic, value, low, high, n, undefined`, the last saying why there is none. */
export function figuresCsv({ agreement, selfAgreement, checks, metrics }: AgreementReport): string {
  const figures = [
    ...coefficientFigures(agreement),
    ...raterFigures(agreement, selfAgreement, checks),
    ...(metrics === null ? [] : metricFigures(metrics)),
  ];
  const columns = ["group", "name", "statistic", "value", "low", "high", "n", "undefined"] as const;
  return toCsv(
    columns,
    figures.map(({ group, name, statistic, value, interval, n, reason }) => ({
      group,
      name,
      statistic,
      value,
      low: interval?.low ?? null,
      high: interval?.high ?? null,
      n,
      undefined: value === null ? (reason ?? null) : null,
    })),
  );
}

function coefficientFigures(agreement: Agreement): Figure[] {
  const { byPolicy, blocks, halves, fleiss, gwet, pairwise, people, models } = agreement;
  const { missing, category } = byPolicy;
  const alphaOf = (group: string, name: string, alpha: typeof missing): Figure => ({
    group,
    name,
    statistic: "krippendorff_alpha",
    value: alpha.alpha,
    interval: alpha.interval,
    n: alpha.pairableUnits,
    reason: alpha.reason,
  });
  const all = { group: "all", name: "people" };
  return [
    alphaOf("all", "NA missing", missing),
    ...(category ? [alphaOf("all", "NA category", category)] : []),
    {
      ...all,
      statistic: "percent_agreement",
      value: missing.percentAgreement,
      n: missing.pairableUnits,
      reason: missing.reason,
    },
    { ...all, statistic: "fleiss_kappa", value: fleiss.kappa, n: fleiss.n, reason: fleiss.reason },
    { ...all, statistic: "gwet_ac1", value: gwet.ac1, n: gwet.n, reason: gwet.reason },
    ...pairwise.flatMap(({ raters: [a, b], kappa, percentAgreement, n, reason }): Figure[] => {
      const pair = {
        group: "pairwise",
        name: `${people[a]!.name} – ${people[b]!.name}`,
        n,
        reason,
      };
      return [
        { ...pair, statistic: "cohen_kappa", value: kappa },
        { ...pair, statistic: "percent_agreement", value: percentAgreement },
      ];
    }),
    ...halves.map((block) => alphaOf("half", `${block.from}–${block.to}`, block)),
    ...blocks.map((block) => alphaOf("block", `${block.from}–${block.to}`, block)),
    ...models.map(({ model, alpha }) => alphaOf("model against majority", model.name, alpha)),
  ];
}

function raterFigures(
  { withoutRater, distribution }: Agreement,
  selfAgreement: readonly SelfAgreement[],
  checks: readonly AttentionChecks[],
): Figure[] {
  return [
    ...withoutRater.map(({ rater, alpha }) => ({
      group: "without rater",
      name: rater.name,
      statistic: "krippendorff_alpha",
      value: alpha.alpha,
      n: alpha.pairableUnits,
      reason: alpha.reason,
    })),
    ...distribution.flatMap(({ rater, counts, missing }) =>
      [...Object.entries(counts), ["none", missing] as const].map(([label, value]) => ({
        group: rater.kind === "model" ? "labels of a model" : "labels",
        name: rater.name,
        statistic: label,
        value,
        n: null,
      })),
    ),
    ...selfAgreement.map(({ rater, alpha }) => ({
      group: "repeats",
      name: rater.name,
      statistic: "percent_agreement",
      value: alpha.percentAgreement,
      n: alpha.pairableUnits,
      reason: alpha.reason,
    })),
    ...checks.map(({ rater, passed, total }) => ({
      group: "attention checks",
      name: rater.name,
      statistic: "passed",
      value: passed,
      n: total,
    })),
  ];
}

function metricFigures({ metrics, differences }: MetricComparison): Figure[] {
  return [
    ...metrics.flatMap((metric) =>
      STATISTICS.map((statistic) => ({
        group: "metric against people",
        name: metric.name,
        statistic,
        ...metric[statistic],
      })),
    ),
    ...differences.map(({ first, second, statistic, difference, interval, reason }) => ({
      group: "difference of metrics",
      name: `${first} − ${second}`,
      statistic,
      value: difference,
      interval,
      n: null,
      reason,
    })),
  ];
}
