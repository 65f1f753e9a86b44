/** What a shard of `score` holds of a question, and what `merge` makes of all. */
import * as v from "valibot";
import { questionScore } from "../core/format/project/events-schema";
import type { Merged } from "../core/shard/merge";
import {
  type QuestionScore,
  type ScoredQuestion,
  type ScoringConfig,
  withControl,
} from "../core/study/scoring";
import { type Compared, resultJson, scoreResult } from "./score-result";

const Model = v.object({ name: v.string(), revision: v.string() });
const Settings = v.object({
  config: v.custom<ScoringConfig>((input) => typeof input === "object" && input !== null),
  seed: v.number(),
  clusterThreshold: v.nullable(v.number()),
  /** SHA-256 of the file of answers that were asked again. */
  again: v.nullable(v.string()),
  /** Whether rules of thumb are compared beside answers. */
  rules: v.boolean(),
  encoder: Model,
  inference: v.nullable(Model),
});
export type ScoreSettings = v.InferOutput<typeof Settings>;

const Row = v.object({ score: questionScore, n: v.number(), sum: v.string() });

interface ScoreShardRow {
  readonly score: QuestionScore;
  readonly n: number;
  readonly sum: string;
}

/** The sum of the vectors travels as the bytes of its doubles, for the control. */
export function scoreShardRow({ score, sum }: ScoredQuestion): ScoreShardRow {
  const { buffer, byteOffset, byteLength } = sum.sum;
  return { score, n: sum.n, sum: Buffer.from(buffer, byteOffset, byteLength).toString("base64") };
}

/** What a similarity is made of. */
export function comparedBy({ config, rules }: Pick<ScoreSettings, "config" | "rules">): Compared {
  const answers = rules ? config.answerWeight : 1;
  // 1 − 0.8 is not 0.2 in floating point.
  return { answers, rules: Number((1 - answers).toPrecision(12)) };
}

/** The JSON that one run over the whole file writes. */
export function mergedScores({ job, results }: Merged): string {
  const settings = v.parse(Settings, job.settings);
  const { seed, clusterThreshold, encoder, inference } = settings;
  const questions = results.map((result) => {
    const { score, n, sum } = v.parse(Row, result);
    const bytes = Uint8Array.from(Buffer.from(sum, "base64"));
    return { score, sum: { n, sum: new Float64Array(bytes.buffer) }, contradictions: null };
  });
  const { scores, betweenQuestions } = withControl(questions);
  const compared = comparedBy(settings);
  const scored = { rows: scores, betweenQuestions, compared, clusterThreshold, encoder, inference };
  return resultJson(scoreResult(scored, seed));
}
