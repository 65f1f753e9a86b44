/** comparison.json: a comparison of methods as a file, so that the page can show what the command line computed. */
import * as v from "valibot";
import { InputError } from "../format/input-error";
import { refuseNewer } from "../format/newer-version";
import { AGAINST, METHOD_MEASURES, type MethodResult } from "./methods";

const COMPARISON_FORMAT = "steadfast-comparison";
const COMPARISON_VERSION = 1;

const number = v.nullable(v.pipe(v.number(), v.finite()));
const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const Paired = v.object({
  meanDifference: number,
  interval: v.nullable(v.object({ low: v.number(), high: v.number() })),
  ...{ n: count, higher: count, lower: count, equal: count },
  p: number,
  reason: v.nullable(v.string()),
});

const Result = v.object({
  method: v.string(),
  seeds: v.array(v.number()),
  means: v.object(
    Object.fromEntries(METHOD_MEASURES.map((measure) => [measure, number])) as Record<
      (typeof METHOD_MEASURES)[number],
      typeof number
    >,
  ),
  betweenQuestions: number,
  differences: v.array(
    v.object({
      measure: v.picklist(METHOD_MEASURES),
      against: v.picklist(AGAINST),
      paired: Paired,
      bySeed: v.array(number),
    }),
  ),
  ...{ seconds: number, peakBytes: number, sampled: number },
});

const Comparison = v.object({
  format: v.literal(COMPARISON_FORMAT),
  version: count,
  corpus: v.string(),
  encoder: v.object({ name: v.string(), revision: v.string() }),
  questions: count,
  confidence: v.number(),
  results: v.pipe(v.array(Result), v.minLength(1)),
});

export interface ComparisonRecord {
  readonly format: typeof COMPARISON_FORMAT;
  readonly version: number;
  readonly corpus: string;
  readonly encoder: { readonly name: string; readonly revision: string };
  /** Held-out questions. */
  readonly questions: number;
  readonly confidence: number;
  readonly results: readonly MethodResult[];
}

export function comparisonRecord(
  parts: Omit<ComparisonRecord, "format" | "version">,
): ComparisonRecord {
  return { format: COMPARISON_FORMAT, version: COMPARISON_VERSION, ...parts };
}

/**
 * @param file  its name, for messages.
 * @throws InputError if it is no comparison, is damaged, or a newer program wrote it.
 */
export function readComparison(text: string, file: string): ComparisonRecord {
  const remedy = "Choose the comparison.json that steadfast compare wrote.";
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new InputError({ file }, "it is not JSON", remedy);
  }
  const head = v.safeParse(v.object({ format: v.literal(COMPARISON_FORMAT), version: count }), value); // prettier-ignore
  if (!head.success) throw new InputError({ file }, "it is no comparison of methods", remedy);
  refuseNewer(file, head.output.version, COMPARISON_VERSION);
  const parsed = v.safeParse(Comparison, value);
  if (parsed.success) return parsed.output;
  const [issue] = parsed.issues;
  const column = v.getDotPath(issue);
  throw new InputError({ file, ...(column !== null && { column }) }, issue.message, remedy);
}
