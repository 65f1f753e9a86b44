/** Methods of training held against one another, over several seeds and the same held-out questions. */
import type { QuestionId } from "../corpus/corpus";
import type { BootstrapOptions } from "../statistics/bootstrap";
import { mean } from "../statistics/moments";
import { type PairedDifference, pairedDifference } from "../statistics/paired";

/** What is measured of a model's answers to a question. The first is what training aims at, the rest what it may cost. */
export const METHOD_MEASURES = [
  "sage",
  "net", // similarity within the question less that to the answers to other questions
  "nearness", // mean cosine to the aligned model's answers
  "distinct2",
  "words",
] as const;
export type MethodMeasure = (typeof METHOD_MEASURES)[number];

/** Null where undefined. */
export type QuestionFigures = { readonly id: QuestionId } & Readonly<
  Record<MethodMeasure, number | null>
>;

/** The models of one study, in the order of its training. `trained` is null where it ends with LoRA. */
export interface MethodRun {
  readonly method: string;
  readonly seed: number;
  readonly baseline: readonly QuestionFigures[];
  readonly lora: readonly QuestionFigures[];
  readonly trained: readonly QuestionFigures[] | null;
  /** Mean similarity of answers to different questions, of the last model. */
  readonly betweenQuestions: number | null;
  /** Seconds it ran, and the most memory its process held, in bytes; null where it was cut and gone on with, or not measured. */
  readonly seconds: number | null;
  readonly peakBytes: number | null;
  /** Answers that the method sampled to learn from. */
  readonly sampled: number;
}

/** Against the baseline, or against LoRA alone with the same seed. */
export const AGAINST = ["baseline", "lora"] as const;
export type Against = (typeof AGAINST)[number];

export interface MethodDifference {
  readonly measure: MethodMeasure;
  readonly against: Against;
  /** Over questions, each the mean of its seeds. */
  readonly paired: PairedDifference;
  /** Mean difference of each seed, in the order of `seeds`; null where it is undefined. */
  readonly bySeed: readonly (number | null)[];
}

export interface MethodResult {
  readonly method: string;
  readonly seeds: readonly number[];
  /** Of the last model, over questions and seeds. */
  readonly means: Readonly<Record<MethodMeasure, number | null>>;
  readonly betweenQuestions: number | null;
  readonly differences: readonly MethodDifference[];
  /** Means of the runs. */
  readonly seconds: number | null;
  readonly peakBytes: number | null;
  readonly sampled: number | null;
}

/**
 * Pairs every model with its own run's baseline and LoRA model, question by question, since the seeds of a question are not
 * independent questions: each question's figure is its mean over the seeds, and intervals and p are over questions.
 *
 * A figure that one of the two lacks leaves that question and seed out.
 *
 * @param runs  in the order in which methods are to stand.
 */
export function compareMethods(
  runs: readonly MethodRun[],
  options: BootstrapOptions,
): MethodResult[] {
  const methods = [...new Set(runs.map(({ method }) => method))];
  return methods.map((method) => {
    const own = runs.filter((run) => run.method === method);
    const last = own.flatMap((run) => run.trained ?? run.lora);
    const against = AGAINST.filter((name) => name === "baseline" || own[0]!.trained !== null);
    return {
      method,
      seeds: own.map(({ seed }) => seed),
      means: Object.fromEntries(
        METHOD_MEASURES.map((measure) => [measure, meanOf(last.map((one) => one[measure]))]),
      ) as Record<MethodMeasure, number | null>,
      betweenQuestions: meanOf(own.map((run) => run.betweenQuestions)),
      differences: against.flatMap((name) =>
        METHOD_MEASURES.map((measure) => difference(own, measure, name, options)),
      ),
      seconds: meanOf(own.map(({ seconds }) => seconds)),
      peakBytes: meanOf(own.map(({ peakBytes }) => peakBytes)),
      sampled: meanOf(own.map(({ sampled }) => sampled)),
    };
  });
}

function difference(
  runs: readonly MethodRun[],
  measure: MethodMeasure,
  against: Against,
  options: BootstrapOptions,
): MethodDifference {
  const bySeed = runs.map((run) => {
    const before = new Map(run[against].map((one) => [one.id, one[measure]]));
    return new Map(
      (run.trained ?? run.lora).flatMap((after) => {
        const [x, y] = [before.get(after.id) ?? null, after[measure]];
        return x === null || y === null ? [] : [[after.id, { x, y }] as const];
      }),
    );
  });
  const ids = [...new Set(bySeed.flatMap((pairs) => [...pairs.keys()]))];
  const meanOfSeeds = (id: QuestionId, side: "x" | "y") =>
    mean(bySeed.flatMap((pairs) => pairs.get(id)?.[side] ?? []));
  return {
    measure,
    against,
    paired: pairedDifference(
      ids.map((id) => meanOfSeeds(id, "x")),
      ids.map((id) => meanOfSeeds(id, "y")),
      options,
    ),
    bySeed: bySeed.map((pairs) => meanOf([...pairs.values()].map(({ x, y }) => y - x))),
  };
}

/** Of what is defined; null without any. */
function meanOf(values: readonly (number | null)[]): number | null {
  const defined = values.filter((value) => value !== null);
  return defined.length === 0 ? null : mean(defined);
}
