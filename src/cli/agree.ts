import { basename } from "node:path";
import {
  applyNaPolicy,
  importRatings,
  NA_POLICIES,
  type NaPolicy,
  type RatingsTable,
} from "../core/annotation/ratings-csv";
import { krippendorffAlpha } from "../core/statistics/alpha";
import { bootstrapAlpha } from "../core/statistics/alpha-bootstrap";
import { alphaByBlock, type BlockAlpha, driftOf } from "../core/statistics/alpha-diagnostics";
import { LEVELS, type NamedLevel } from "../core/statistics/alpha-level";
import type { Interval } from "../core/statistics/bootstrap";
import { type Command, readArgs, wholeNumber } from "./command";
import { UsageError } from "./errors";
import { readText } from "./read-text";

const help = `Krippendorff's α of raters, with a bootstrap interval over units.

Usage: npm run steadfast -- agree FILE.csv --raters ann1,ann2,ann3 [options]

FILE.csv has a row a unit, a column a rater, an empty cell for a missing rating.

  --raters A,B,…       columns of the raters
  --level LEVEL        ${LEVELS.join(", ")} (nominal)
  --na POLICY          NA counts as ${NA_POLICIES.join(" or as a ")} (missing)
  --rows FROM-TO       only these rows, counted from 1 below the header
  --bootstrap N        resamples; 0 for no interval (2000)
  --seed N             of the resamples (42)
  --blocks N           parts of the file, in its order, that are printed one by one (2)
  --json               print {"alpha", "interval", "level", "na", "pairableUnits", "pairableValues", "raters",
                       "observedDisagreement", "expectedDisagreement", "undefined"}; alpha is null where undefined
                       says why
`;

/** Rows chosen of a file. */
interface Chosen extends RatingsTable {
  /** Rows of the file before the first one chosen. */
  readonly offset: number;
}

interface Settings {
  readonly level: NamedLevel;
  readonly replicates: number;
  readonly seed: number;
}

export const agree: Command = {
  name: "agree",
  summary: "agreement of raters: Krippendorff's α with its interval",
  help,
  async run(argv) {
    const { values, positionals } = readArgs(
      argv,
      {
        raters: { type: "string" },
        level: { type: "string", default: "nominal" },
        na: { type: "string", default: "missing" },
        rows: { type: "string" },
        bootstrap: { type: "string", default: "2000" },
        seed: { type: "string", default: "42" },
        blocks: { type: "string", default: "2" },
        json: { type: "boolean", default: false },
      },
      { names: ["FILE.csv"] },
    );
    const [path] = positionals as [string];
    const raters = raterNames(values.raters);
    const settings = {
      level: oneOf("--level", LEVELS, values.level),
      replicates: wholeNumber("--bootstrap", values.bootstrap),
      seed: wholeNumber("--seed", values.seed),
    };
    const na = oneOf("--na", NA_POLICIES, values.na);
    const blocks = wholeNumber("--blocks", values.blocks);
    if (na === "category" && settings.level !== "nominal") {
      throw new UsageError(`--na category needs --level nominal: "NA" has no place on a scale`);
    }
    const table = importRatings(await readText(path), basename(path), raters, settings.level);
    const chosen = { raters, ...selectRows(table.units, values.rows) };
    if (values.json) printJson(chosen, na, settings);
    else printText(chosen, na, blocks, settings);
  },
};

function printJson({ raters, units }: RatingsTable, na: NaPolicy, settings: Settings): void {
  const { alpha, interval, reason, ...rest } = agreement(units, na, settings);
  const { pairableUnits, pairableValues, observedDisagreement, expectedDisagreement } = rest;
  const result = {
    alpha,
    interval: interval && [interval.low, interval.high],
    level: settings.level,
    na,
    pairableUnits,
    pairableValues,
    raters,
    observedDisagreement,
    expectedDisagreement,
    undefined: reason,
  };
  process.stdout.write(`${JSON.stringify(result)}\n`);
}

function printText(
  { raters, units, offset }: Chosen,
  chosen: NaPolicy,
  blocks: number,
  settings: Settings,
): void {
  const lines = [
    `Krippendorff's α, ${settings.level}, ${raters.length} raters, ${units.length} rows`,
    "",
  ];
  for (const na of settings.level === "nominal" ? NA_POLICIES : (["missing"] as const)) {
    const { alpha, interval, pairableUnits, pairableValues, percentAgreement, reason } = agreement(
      units,
      na,
      settings,
    );
    const mark = na === chosen ? "*" : " ";
    const share =
      percentAgreement === null ? "" : `, ${(100 * percentAgreement).toFixed(1)} % equal`;
    lines.push(
      `${mark} NA ${na === "missing" ? "missing     " : "as category "} α ${figure(alpha)}${range(interval)}  ${pairableUnits} units, ${pairableValues} ratings${share}`,
    );
    if (reason !== null) lines.push(`    undefined: ${reason}`);
  }
  if (blocks > 1 && settings.replicates > 0) {
    const parts = alphaByBlock(applyNaPolicy(units, chosen), settings.level, blocks, settings);
    lines.push("", ...blockLines(parts, offset));
  }
  process.stdout.write(`${lines.join("\n")}\n`);
}

function blockLines(blocks: readonly BlockAlpha[], offset: number): string[] {
  const lines = blocks.map(({ from, to, alpha, interval, pairableUnits }) => {
    const rows = `${offset + from}–${offset + to}`.padStart(11);
    return `  rows ${rows}  α ${figure(alpha)}${range(interval)}  ${pairableUnits} units`;
  });
  const drift = driftOf(blocks);
  if (drift === null) return lines;
  return [
    ...lines,
    `  Agreement ${drift}: the intervals of the first and the last block don't meet.`,
  ];
}

function agreement(
  units: RatingsTable["units"],
  na: NaPolicy,
  { level, replicates, seed }: Settings,
) {
  const rated = applyNaPolicy(units, na);
  const interval =
    replicates === 0 ? null : bootstrapAlpha(rated, level, { replicates, seed }).interval;
  return { ...krippendorffAlpha(rated, level), interval };
}

function raterNames(text: string | undefined): string[] {
  if (text === undefined)
    throw new UsageError("--raters is missing: name the raters' columns. See --help.");
  const names = text.split(",").map((name) => name.trim());
  if (names.includes("")) throw new UsageError(`--raters has an empty name in "${text}"`);
  const doubled = names.find((name, i) => names.indexOf(name) !== i);
  if (doubled !== undefined) throw new UsageError(`--raters names "${doubled}" twice`);
  return names;
}

function selectRows(
  units: RatingsTable["units"],
  text: string | undefined,
): Omit<Chosen, "raters"> {
  if (text === undefined) return { units, offset: 0 };
  const [, from, to] = /^(\d+)-(\d+)$/.exec(text)?.map(Number) ?? [];
  if (from === undefined || to === undefined || from < 1 || from > to || to > units.length) {
    throw new UsageError(`--rows must be FROM-TO within 1-${units.length}, got "${text}"`);
  }
  return { units: units.slice(from - 1, to), offset: from - 1 };
}

function oneOf<T extends string>(option: string, allowed: readonly T[], text: string): T {
  const found = allowed.find((value) => value === text);
  if (found !== undefined) return found;
  throw new UsageError(
    `${option} must be ${allowed.join(", ").replace(/, (\w+)$/, " or $1")}, got "${text}"`,
  );
}

const figure = (x: number | null) => (x === null ? "–" : x.toFixed(4));
const range = (interval: Interval | null) =>
  interval === null ? "" : ` [${figure(interval.low)}, ${figure(interval.high)}]`;
