/** Schemas of what a study tells and finds, held against the types of core/study: a field added there fails to compile here. */
import * as v from "valibot";
import { FINDING_KINDS } from "../../health/finding";
import { LISTED_NAMES, SUMMARISED_NAMES } from "../../measures/registry";
import { CURVES } from "../../study/curves";
import type { StudyEvent } from "../../study/events";
import { StudyConfig } from "../../study/config";
import { REPORT_FORMAT, REPORT_VERSION, REPORTED_ROLES, type StudyReport } from "../report";

/** A diverged step may have measured NaN; the archive keeps what was measured. */
const figure = v.union([v.number(), v.nan()]);
const maybe = v.nullable(figure);
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
export const id = v.union([v.number(), v.string()]);
export const role = v.picklist(["baseline", "target", "lora", "ppo", "aligned"]);
export const split = v.picklist(["evaluation", "train"]);
export const reportedRole = v.picklist(REPORTED_ROLES);
const interval = v.nullable(v.tuple([figure, figure]));
const figures = v.array(figure);

/** Checked, and left as it is: parsing would fill in settings that came after the run. */
export const config = v.custom<StudyConfig>(
  (input) => v.is(StudyConfig, input),
  "the settings are none of a study",
);

export const answerSet = v.strictObject({ cycle: count, role, split });

const partial = <const Names extends readonly string[], Schema extends v.GenericSchema>(
  names: Names,
  schema: Schema,
) => v.strictObject(v.entriesFromList(names, v.exactOptional(schema)));

const summary = v.strictObject({
  mean: maybe,
  interval,
  n: count,
  reason: v.nullable(v.string()),
});

const model = v.strictObject({
  name: reportedRole,
  mean: maybe,
  interval,
  n: count,
  betweenQuestions: maybe,
  measures: v.exactOptional(partial(SUMMARISED_NAMES, summary)),
});

const selectionEntries = {
  id,
  threshold: figure,
  aligned: maybe,
  target: maybe,
  decision: v.picklist(["train", "feedback", "reject", "unscored"]),
} as const;

const finding = v.strictObject({
  kind: v.picklist(FINDING_KINDS),
  severity: v.picklist(["warning", "problem"]),
  since: count,
  sentence: v.string(),
  setting: v.string(),
});

const outcome = v.strictObject({
  cycle: count,
  trainedOn: count,
  feedback: count,
  rejected: count,
  reason: v.nullable(v.string()),
  models: v.array(model),
  improved: v.boolean(),
  skippedAnswers: count,
  health: v.exactOptional(v.array(finding)),
});

const measured = v.strictObject({ value: maybe, n: count, reason: v.nullable(v.string()) });

export const questionScore = v.strictObject({
  id,
  sage: maybe,
  meanSimilarity: maybe,
  evenness: maybe,
  weakest: maybe,
  n: count,
  reason: v.nullable(v.string()),
  bleu: maybe,
  rougeL: maybe,
  answered: v.array(count),
  weights: figures,
  measures: v.exactOptional(partial(LISTED_NAMES, measured)),
});

const phase = v.strictObject({
  kind: v.picklist(["answer", "score", "select", "lora", "ppo"]),
  cycle: count,
  role: v.nullable(role),
  split,
  total: count,
  unit: v.picklist(["answers", "questions", "steps"]),
});

const sftStep = v.strictObject({
  step: count,
  totalSteps: count,
  loss: figure,
  learningRate: figure,
  gradientNorm: figure,
  tokens: count,
});

const ppoStats = v.strictObject({
  ...v.entriesFromList(CURVES.ppo, maybe),
  method: v.exactOptional(v.undefined()),
  "objective/kl_dist": figures,
  responses: count,
  skippedResponses: count,
  miniBatches: count,
  miniBatchesOverRatio: count,
  stoppedEarly: v.boolean(),
  reason: v.nullable(v.string()),
});

const groupStats = v.strictObject({
  ...v.entriesFromList(CURVES.grpo, maybe),
  method: v.picklist(["rloo", "grpo"]),
  "objective/kl_dist": figures,
  ratio: maybe,
  responses: count,
  skippedResponses: count,
  updates: count,
  reason: v.nullable(v.string()),
});
const dpoStats = v.strictObject({
  ...v.entriesFromList(CURVES.dpo, maybe),
  method: v.literal("dpo"),
  pairs: count,
  skippedPairs: count,
  updates: count,
  reason: v.nullable(v.string()),
});

export const studyEvent: v.GenericSchema<unknown, StudyEvent> = v.variant("kind", [
  v.strictObject({ kind: v.literal("phase"), phase }),
  v.strictObject({ kind: v.literal("progress"), done: count, total: count }),
  v.strictObject({ kind: v.literal("scores"), set: answerSet, scores: v.array(questionScore) }),
  v.strictObject({ kind: v.literal("model"), cycle: count, model }),
  v.strictObject({
    kind: v.literal("selection"),
    cycle: count,
    record: v.strictObject(selectionEntries),
  }),
  v.strictObject({ kind: v.literal("sft-step"), cycle: count, step: sftStep }),
  v.strictObject({
    kind: v.literal("ppo-step"),
    cycle: count,
    step: count,
    totalSteps: count,
    meanScore: figure,
    stats: v.union([ppoStats, groupStats, dpoStats]),
    findings: v.exactOptional(v.array(finding)),
  }),
  v.strictObject({
    kind: v.literal("pinned"),
    cycle: count,
    phase: v.picklist(["lora", "ppo"]),
    step: count,
    answers: v.array(v.strictObject({ questionId: id, text: v.string() })),
  }),
  v.strictObject({ kind: v.literal("cycle"), outcome }),
  v.strictObject({
    kind: v.literal("resumed"),
    from: v.nullable(
      v.strictObject({ kind: v.picklist(["lora", "ppo"]), cycle: count, step: count }),
    ),
  }),
  v.strictObject({ kind: v.literal("note"), sentence: v.string() }),
  v.strictObject({
    kind: v.literal("spending"),
    spending: v.strictObject({
      replies: count,
      estimated: count,
      promptTokens: count,
      completionTokens: count,
      cost: v.nullable(v.number()),
    }),
  }),
]);

export const studyReport: v.GenericSchema<unknown, StudyReport> = v.strictObject({
  format: v.literal(REPORT_FORMAT),
  version: v.literal(REPORT_VERSION),
  config,
  seed: v.number(),
  encoder: v.strictObject({ name: v.string(), revision: v.string() }),
  corpus: v.strictObject({ name: v.string(), questions: count, leftOut: v.array(id) }),
  target: v.string(),
  targetModel: v.exactOptional(
    v.strictObject({
      source: v.string(),
      revision: v.nullable(v.string()),
      files: v.array(v.strictObject({ name: v.string(), bytes: count, sha256: v.string() })),
    }),
  ),
  aligned: v.string(),
  best: v.strictObject({ name: reportedRole, cycle: count }),
  models: v.array(model),
  comparisons: v.array(
    v.strictObject({
      name: reportedRole,
      against: reportedRole,
      meanDifference: figure,
      interval,
      n: count,
      higher: count,
      lower: count,
      equal: count,
      p: figure,
    }),
  ),
  questions: v.array(
    v.strictObject({
      id,
      question: v.string(),
      split,
      sage: v.strictObject(v.entriesFromList(REPORTED_ROLES, maybe)),
    }),
  ),
  selection: v.array(v.strictObject({ ...selectionEntries, cycle: count })),
  cycles: v.array(outcome),
});
