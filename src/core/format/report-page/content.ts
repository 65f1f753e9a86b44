/** What a report page carries: all that its tables and figures are made of, so that they can be made again. */
import * as v from "valibot";
import type { Answer } from "../../answers/answer";
import type { Question, QuestionId } from "../../corpus/corpus";
import type { QuestionScore } from "../../study/scoring";
import type { SftStep } from "../../study/trainer";
import { refuseNewer } from "../newer-version";
import { id, questionScore, reportedRole, studyReport } from "../project/events-schema";
import { readRecord, writeRecord } from "../project/record-json";
import type { ReportedRole, StudyReport } from "../report";

export const REPORT_PAGE_FORMAT = "steadfast-report-page";
export const REPORT_PAGE_VERSION = 1;

/** A model's answers to the held-out questions, with the scores it got for them. */
export interface ReportedModel {
  readonly name: ReportedRole;
  readonly scores: readonly QuestionScore[];
  readonly answers: readonly Answer[];
}

/** Of the phase after LoRA. */
export interface PpoPoint {
  readonly step: number;
  /** Mean score of the step's rollouts, as paid. */
  readonly score: number;
  /** Nats a response, against the reference model; null where the method measures none. */
  readonly kl: number | null;
}

export interface ReportContent {
  readonly format: typeof REPORT_PAGE_FORMAT;
  readonly version: typeof REPORT_PAGE_VERSION;
  /** Version of Steadfast that wrote the page. */
  readonly steadfast: string;
  readonly report: StudyReport;
  /** The held-out questions with their wordings. */
  readonly questions: readonly Pick<Question, "id" | "text" | "paraphrases">[];
  /** In the order of the report's models. */
  readonly models: readonly ReportedModel[];
  /** Of the cycle that is shown. */
  readonly training: {
    readonly lora: readonly Pick<SftStep, "step" | "loss">[];
    readonly ppo: readonly PpoPoint[];
  };
}

const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const figure = v.union([v.number(), v.nan()]);

const schema: v.GenericSchema<unknown, ReportContent> = v.strictObject({
  format: v.literal(REPORT_PAGE_FORMAT),
  version: v.literal(REPORT_PAGE_VERSION),
  steadfast: v.string(),
  report: studyReport,
  questions: v.array(v.strictObject({ id, text: v.string(), paraphrases: v.array(v.string()) })),
  models: v.array(
    v.strictObject({
      name: reportedRole,
      scores: v.array(questionScore),
      answers: v.array(
        v.strictObject({
          questionId: id,
          paraphrase: count,
          text: v.string(),
          ruleOfThumb: v.nullable(v.string()),
        }),
      ),
    }),
  ),
  training: v.strictObject({
    lora: v.array(v.strictObject({ step: count, loss: figure })),
    ppo: v.array(v.strictObject({ step: count, score: figure, kl: v.nullable(figure) })),
  }),
});

/** Canonical JSON: the same content is the same bytes. */
export function contentBytes(content: ReportContent): Uint8Array {
  return writeRecord(content);
}

/** @throws InputError for another format, a newer version, or a field that is not as it was written. */
export function readContent(bytes: Uint8Array, file: string): ReportContent {
  const head = readRecord(bytes, v.looseObject({ format: v.string(), version: v.number() }), file);
  if (head.format === REPORT_PAGE_FORMAT) refuseNewer(file, head.version, REPORT_PAGE_VERSION);
  return readRecord(bytes, schema, file);
}

/** A model's score of each question. */
export function scoresOf({ models }: ReportContent, name: ReportedRole) {
  const scores = models.find((model) => model.name === name)?.scores ?? [];
  return new Map<QuestionId, QuestionScore>(scores.map((score) => [score.id, score]));
}
