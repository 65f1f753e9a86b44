/** A comparison of methods as a page to read, and as a table for other programs. */
import { toCsv } from "../format/csv";
import type { PairedDifference } from "../statistics/paired";
import type { Against, MethodMeasure, MethodResult } from "./methods";
import { differenceOf } from "./sentences";

const MIB = 2 ** 20;

/** What the table's reader has to know of the runs. */
export interface ComparisonSetting {
  readonly questions: number;
  readonly confidence: number;
}

export function comparisonMarkdown(
  results: readonly MethodResult[],
  { questions, confidence }: ComparisonSetting,
): string {
  const percent = `${Math.round(confidence * 100)} %`;
  const seeds = [...new Set(results.flatMap((result) => result.seeds))];
  return [
    `${questions} held-out questions, seeds ${seeds.join(", ")}. Each question's figure is the mean of its seeds; brackets are ${percent} intervals over questions, paired.`,
    markdownTable(
      ["Method", "SaGE", "− baseline", "− LoRA", "higher/same/lower than LoRA"],
      results.map((result) => [
        result.method,
        figure(result.means.sage),
        cell(result, "sage", "baseline"),
        cell(result, "sage", "lora"),
        counts(differenceOf(result, "sage", "lora")),
      ]),
    ),
    "Whether the gain lies within questions: similarity of a question's answers to one another, less that to the answers to other questions.",
    markdownTable(
      ["Method", "within − between", "− baseline", "− LoRA", "between questions"],
      results.map((result) => [
        result.method,
        figure(result.means.net),
        cell(result, "net", "baseline"),
        cell(result, "net", "lora"),
        figure(result.betweenQuestions),
      ]),
    ),
    "What it costs: quality beside the baseline, and means of the runs.",
    markdownTable(
      [
        "Method",
        "similarity to aligned",
        "− baseline",
        "distinct-2",
        "− baseline",
        "words",
        "− baseline",
        "answers sampled",
        "time, s",
        "memory, MiB",
      ],
      results.map((result) => [
        result.method,
        ...(["nearness", "distinct2", "words"] as const).flatMap((measure) => [
          figure(result.means[measure], measure),
          cell(result, measure, "baseline"),
        ]),
        result.sampled === null ? "–" : String(Math.round(result.sampled)),
        result.seconds === null ? "–" : String(Math.round(result.seconds)),
        result.peakBytes === null ? "–" : String(Math.round(result.peakBytes / MIB)),
      ]),
    ),
    `SaGE − LoRA by seed: ${bySeed(results)}.`,
  ].join("\n\n");
}

/** A row a method, measure and model it is compared with. */
export function comparisonCsv(results: readonly MethodResult[]): string {
  const rows = results.flatMap(({ method, means, differences }) =>
    differences.map(({ measure, against, paired, bySeed: seeds }) => ({
      ...{ method, measure, mean: means[measure], against },
      difference: paired.meanDifference,
      low: paired.interval?.low ?? null,
      high: paired.interval?.high ?? null,
      ...{ n: paired.n, higher: paired.higher, equal: paired.equal, lower: paired.lower },
      p: paired.p,
      seeds: seeds.map((x) => x ?? "").join(" "),
    })),
  );
  return toCsv(COLUMNS, rows);
}

const COLUMNS = [
  ...(["method", "measure", "mean", "against", "difference", "low", "high"] as const),
  ...(["n", "higher", "equal", "lower", "p", "seeds"] as const),
] as const;

function cell(result: MethodResult, measure: MethodMeasure, against: Against): string {
  const paired = differenceOf(result, measure, against);
  if (paired === null || paired.meanDifference === null) return "–";
  const { meanDifference, interval } = paired;
  const bounds = interval
    ? ` [${signed(interval.low, measure)}, ${signed(interval.high, measure)}]`
    : "";
  return `${signed(meanDifference, measure)}${bounds}`;
}

function counts(paired: PairedDifference | null): string {
  return paired === null ? "–" : `${paired.higher}/${paired.equal}/${paired.lower}`;
}

function bySeed(results: readonly MethodResult[]): string {
  const trained = results.flatMap(({ method, differences }) => {
    const found = differences.find(({ measure, against }) => measure === "sage" && against === "lora"); // prettier-ignore
    if (!found) return [];
    return [`${method} ${found.bySeed.map((x) => (x === null ? "–" : signed(x))).join(", ")}`];
  });
  return trained.length === 0 ? "no method trains on after LoRA" : trained.join("; ");
}

const digits = (measure: MethodMeasure) => (measure === "words" ? 1 : 3);

function figure(x: number | null, measure: MethodMeasure = "sage"): string {
  return x === null ? "–" : x.toFixed(digits(measure)).replace("-", "−");
}

/** What rounds to 0 has no sign. */
function signed(x: number, measure: MethodMeasure = "sage"): string {
  const size = Math.abs(x).toFixed(digits(measure));
  return `${Number(size) === 0 ? "" : x < 0 ? "−" : "+"}${size}`;
}

function markdownTable(header: readonly string[], rows: readonly (readonly string[])[]): string {
  const rule = header.map((_, i) => (i === 0 ? "---" : "---:"));
  return [header, rule, ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
