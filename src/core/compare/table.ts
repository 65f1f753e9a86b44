/** A comparison of methods as a page to read, and as a table for other programs. */
import { toCsv } from "../format/csv";
import { type CellWriter, CONTROL, difference, mean, type MethodColumn, quality } from "./columns";
import type { MethodMeasure, MethodResult } from "./methods";
import { differenceOf } from "./sentences";

const GAIN: readonly MethodColumn[] = [
  mean("SaGE", "sage"),
  difference("sage", "baseline"),
  difference("sage", "lora"),
  { title: "higher/same/lower than LoRA", cell: counts },
];
const SECONDS: MethodColumn = {
  title: "time, s",
  cell: ({ seconds }) => (seconds === null ? "–" : String(Math.round(seconds))),
};

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
    markdownTable(GAIN, results),
    "Whether the gain lies within questions: similarity of a question's answers to one another, less that to the answers to other questions.",
    markdownTable(CONTROL, results),
    "What it costs: quality beside the baseline, and means of the runs.",
    markdownTable(quality(SECONDS), results),
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

function counts(result: MethodResult): string {
  const paired = differenceOf(result, "sage", "lora");
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

const WRITER: CellWriter = {
  mean: (x, measure) => (x === null ? "–" : x.toFixed(digits(measure)).replace("-", "−")),
  difference({ meanDifference, interval }, measure) {
    if (meanDifference === null) return "–";
    const bounds = interval
      ? ` [${signed(interval.low, measure)}, ${signed(interval.high, measure)}]`
      : "";
    return `${signed(meanDifference, measure)}${bounds}`;
  },
};

/** What rounds to 0 has no sign. */
function signed(x: number, measure: MethodMeasure = "sage"): string {
  const size = Math.abs(x).toFixed(digits(measure));
  return `${Number(size) === 0 ? "" : x < 0 ? "−" : "+"}${size}`;
}

function markdownTable(columns: readonly MethodColumn[], results: readonly MethodResult[]): string {
  const header = ["Method", ...columns.map(({ title }) => title)];
  const rule = header.map((_, i) => (i === 0 ? "---" : "---:"));
  const rows = results.map((result) => [
    result.method,
    ...columns.map(({ cell }) => cell(result, WRITER)),
  ]);
  return [header, rule, ...rows].map((row) => `| ${row.join(" | ")} |`).join("\n");
}
