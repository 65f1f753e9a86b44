/** What the tables of a comparison show of each method, for the page, the Markdown and whatever shows them next. */
import type { PairedDifference } from "../statistics/paired";
import type { Against, MethodMeasure, MethodResult } from "./methods";
import { differenceOf } from "./sentences";

const MIB = 2 ** 20;

export interface MethodColumn {
  readonly title: string;
  readonly cell: (result: MethodResult, write: CellWriter) => string;
}

/** How a table writes its figures. Undefined ones are "–". */
export interface CellWriter {
  readonly mean: (x: number | null, measure: MethodMeasure) => string;
  readonly difference: (paired: PairedDifference, measure: MethodMeasure) => string;
}

const whole = (x: number | null) => (x === null ? "–" : String(Math.round(x)));

export const mean = (title: string, measure: MethodMeasure): MethodColumn => ({
  title,
  cell: ({ means }, write) => write.mean(means[measure], measure),
});

const TITLES = { baseline: "− baseline", lora: "− LoRA" } as const;

export const difference = (measure: MethodMeasure, against: Against): MethodColumn => ({
  title: TITLES[against],
  cell(result, write) {
    const paired = differenceOf(result, measure, against);
    return paired === null ? "–" : write.difference(paired, measure);
  },
});

/** Whether the gain lies within questions. */
export const CONTROL: readonly MethodColumn[] = [
  mean("within − between", "net"),
  difference("net", "baseline"),
  difference("net", "lora"),
  {
    title: "between questions",
    cell: ({ betweenQuestions }, write) => write.mean(betweenQuestions, "net"),
  },
];

/** Quality beside the baseline, and what a run costs but for its time, which each table writes in its own unit. */
export const quality = (time: MethodColumn): readonly MethodColumn[] => [
  mean("similarity to aligned", "nearness"),
  difference("nearness", "baseline"),
  mean("distinct-2", "distinct2"),
  difference("distinct2", "baseline"),
  mean("words", "words"),
  difference("words", "baseline"),
  { title: "answers sampled", cell: ({ sampled }) => whole(sampled) },
  time,
  {
    title: "memory, MiB",
    cell: ({ peakBytes }) => whole(peakBytes === null ? null : peakBytes / MIB),
  },
];
