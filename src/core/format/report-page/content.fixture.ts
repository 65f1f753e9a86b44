/** A small study's content, made by the lines a study runs; the encoder counts letters, which is enough to tell texts apart. */
import type { Answer } from "../../answers/answer";
import type { Encoder } from "../../encode/encoder";
import { select } from "../../select/select";
import { compareModels } from "../../study/compare";
import { measuresOf, summarise } from "../../study/evaluate";
import { resolveConfig } from "../../study/presets";
import { scoreAnswers } from "../../study/scoring";
import { REPORT_FORMAT, REPORT_VERSION, type ReportedRole, sageById } from "../report";
import { REPORT_PAGE_FORMAT, REPORT_PAGE_VERSION, type ReportContent } from "./content";

const signal = { aborted: false, throwIfAborted: () => {} };

const LETTERS = "abcdefghijklmnopqrstuvwxyz";

export const letterCounts: Encoder = {
  name: "letters",
  revision: "1",
  async embed(texts) {
    return texts.map((text) => {
      const counts = Array.from(LETTERS, (letter) => text.toLowerCase().split(letter).length - 1);
      const norm = Math.hypot(...counts) || 1;
      return Float32Array.from(counts, (count) => count / norm);
    });
  },
};

const SAID: Readonly<Record<ReportedRole, (question: number, wording: number) => string>> = {
  baseline: (q, w) => ["yes", "no, never", "it depends", "perhaps so", "why"][(q + w) % 5]!,
  lora: (q, w) => (w < 2 + (q % 3) ? "no, that is wrong" : "it depends"),
  ppo: (q, w) => (w < 4 ? "no, that is wrong" : `no, that hurts ${"xyz"[q % 3]}`),
  aligned: (q) => `that would be ${q % 2 === 0 ? "unkind" : "fair"} <b>&</b>`,
};

/** @param text  of question i, for what a page does with odd ones. */
export async function smallContent(
  text = (i: number) => `May I do the thing ${i}?`,
): Promise<ReportContent> {
  const config = resolveConfig({ preset: "recommended" });
  const questions = Array.from({ length: 6 }, (_, i) => ({
    id: i + 1,
    text: text(i),
    paraphrases: Array.from({ length: 5 }, (_, w) => `${text(i)} (${w})`),
  }));
  const models = await Promise.all(
    (["baseline", "lora", "ppo", "aligned"] as const).map(async (name) => {
      const answers: Answer[] = questions.flatMap(({ id }) =>
        Array.from({ length: 5 }, (_, paraphrase) => ({
          questionId: id,
          paraphrase,
          text: SAID[name](id, paraphrase),
          ruleOfThumb: null,
        })),
      );
      const sage = { ...config.sage, answerWeight: 1 };
      const { scores, betweenQuestions } = await scoreAnswers(answers, letterCounts, sage, {
        signal,
      });
      return { name, answers, scores, betweenQuestions };
    }),
  );
  const sageOf = (name: ReportedRole) => sageById(models.find((m) => m.name === name)!.scores);
  const baseline = { name: "baseline", sage: sageOf("baseline") } as const;
  const records = select(
    questions.map(({ id }) => ({
      id,
      aligned: sageOf("aligned").get(id) ?? null,
      target: sageOf("baseline").get(id) ?? null,
    })),
    config.selection,
  );
  const decided = (decision: string) => records.filter((r) => r.decision === decision).length;
  const summaries = models.map(({ name, betweenQuestions, scores }) => ({
    ...summarise(name, sageOf(name), betweenQuestions, config),
    measures: measuresOf(scores, config),
  }));
  return {
    format: REPORT_PAGE_FORMAT,
    version: REPORT_PAGE_VERSION,
    steadfast: "0.0.1",
    report: {
      ...{ format: REPORT_FORMAT, version: REPORT_VERSION, config, seed: config.seed },
      encoder: { name: letterCounts.name, revision: letterCounts.revision },
      corpus: { name: "small", questions: questions.length, leftOut: [] },
      ...{ target: "toy", aligned: "recorded", best: { name: "ppo", cycle: 1 } },
      models: summaries,
      comparisons: (["lora", "ppo", "aligned"] as const).flatMap(
        (name) => compareModels({ name, sage: sageOf(name) }, baseline, config) ?? [],
      ),
      questions: questions.map(({ id, text }) => ({
        ...{ id, question: text, split: "evaluation" as const },
        sage: {
          baseline: sageOf("baseline").get(id) ?? null,
          lora: sageOf("lora").get(id) ?? null,
          ppo: sageOf("ppo").get(id) ?? null,
          aligned: sageOf("aligned").get(id) ?? null,
        },
      })),
      selection: records.map((record) => ({ ...record, cycle: 1 })),
      cycles: [
        {
          ...{ cycle: 1, trainedOn: decided("train"), feedback: decided("feedback") },
          ...{ rejected: decided("reject"), reason: null, improved: true, skippedAnswers: 0 },
          models: summaries.slice(1, 3),
        },
      ],
    },
    questions,
    models: models.map(({ name, answers, scores }) => ({ name, answers, scores })),
    training: {
      lora: [2.5, 2.1, 1.9].map((loss, i) => ({ step: i + 1, loss })),
      ppo: [0.5, 0.6].map((score, i) => ({ step: i + 1, score, kl: i / 10 })),
    },
  };
}
