/** Rows for the tests of this folder. */
import type { Checkpoint } from "../core/study/checkpoint";
import type { AdapterWeights } from "../core/adapter/peft";
import type { Answer } from "../core/answers/answer";
import type { QuestionId } from "../core/corpus/corpus";
import { REPORT_FORMAT, REPORT_VERSION, type StudyReport } from "../core/format/report";
import { demoStudy, resolveConfig } from "../core/study/presets";
import { type DraftKind, draftId, type StoredDraft } from "../core/review/draft";
import type { StoredCorpus } from "./corpora";
import type { RunRecord } from "./runs";

export const config = resolveConfig(demoStudy);

export function run(id: string, createdAt = 1): RunRecord {
  return {
    id,
    name: `Study ${id}`,
    createdAt,
    endedAt: null,
    status: "running",
    message: null,
    config,
    corpusId: "demo",
    corpusName: "demo",
    backend: null,
  };
}

export function corpus(id: string, importedAt = 1): StoredCorpus {
  const recorded = ["Yes.", "No."].map((text) => ({ text, rot: null }));
  const question = { id: 7, text: "May one lie?", topic: "honesty", paraphrases: ["a?", "b?"] };
  return {
    id,
    importedAt,
    source: "mine.csv",
    corpus: { name: "mine", questions: [{ ...question, recorded }], recordedModel: "people" },
  };
}

/** A draft of two texts; one of rules is drawn from the answers of `corpus`. */
export function someDraft(kind: DraftKind, corpusId: string): StoredDraft {
  const id = draftId(kind, corpusId);
  const answer = kind === "rots" ? { text: "Yes.", paraphrase: 0 } : null;
  return {
    draft: { id, kind, corpusId, model: "m", encoder: null, at: 1 },
    items: ["One?", "Two?"].map((text, position) => ({
      ...{ draftId: id, position, questionId: 7, question: "May one lie?", answer, text },
      ...{ edited: null, reason: null, similarity: 0.5, score: null, decision: null },
    })),
  };
}

export function answersTo(questionId: QuestionId): Answer[] {
  return ["Yes.", "<b>No</b> & 'never'"].map((text, paraphrase) => ({
    questionId,
    paraphrase,
    text,
    ruleOfThumb: null,
  }));
}

export const adapter: AdapterWeights = {
  config: config.adapter,
  baseModel: "demo",
  tensors: [
    {
      name: "h.0.attn.c_attn.lora_A.weight",
      shape: [1, 3],
      data: Float32Array.of(0.1, -0, Number.MIN_VALUE),
    },
  ],
};

export function checkpoint(step: number): Checkpoint {
  const values = Float32Array.of(step, -0, Number.MIN_VALUE);
  const phase = { kind: "lora", cycle: 1 } as const;
  return { phase, step, state: { optimiserStep: step }, tensors: { a: { shape: [3], values } } };
}

export const report: StudyReport = {
  format: REPORT_FORMAT,
  version: REPORT_VERSION,
  config,
  seed: config.seed,
  encoder: { name: "use-lite", revision: "1" },
  corpus: { name: "demo", questions: 1, leftOut: [] },
  target: "demo",
  aligned: "people",
  best: { name: "baseline", cycle: 0 },
  models: [{ name: "baseline", mean: 0.5, interval: null, n: 1, betweenQuestions: null }],
  comparisons: [],
  questions: [],
  selection: [],
  cycles: [],
};
