/** How the study was done, in sentences that a paper's methods section can take over. */
import type { StudyConfig } from "../../study/config";
import { methodName, methodOf } from "../../study/curves";
import type { StudyReport } from "../report";
import { three } from "./words";

/** One paragraph a stage. Every figure in it comes from the report. */
export function methods(report: StudyReport, steadfast: string): readonly string[] {
  const { config, cycles } = report;
  const heldOut = report.questions.filter(({ split }) => split === "evaluation").length;
  const trained = cycles.some(({ models }) => models.length > 0);
  return [
    `The target ${report.target} and the aligned model ${report.aligned} answered every wording of the questions of ` +
      `${report.corpus.name} (${report.corpus.questions} questions). ${heldOut} questions were held out before ` +
      `anything was trained and are the same in every comparison` +
      (report.corpus.leftOut.length === 0
        ? ". "
        : `; ${report.corpus.leftOut.length} that share a wording with them were left out. `) +
      `The target read “${config.prompt.replaceAll("\n", "⏎")}” and answered with ${sampling(config)}.`,
    `Consistency is SaGE: the mean similarity of the answers to one question's wordings, times the evenness H/H_max of ` +
      `their graph's node strengths (exponent ${config.sage.sageExponent}, nodes by ${config.sage.nodes}), from answers alone. ` +
      `Similarity is the cosine of sentence embeddings by ${report.encoder.name}, revision ${report.encoder.revision}. ` +
      `As a control, the mean similarity of answers to different questions stands beside it. Intervals are percentile ` +
      `bootstraps over questions (${config.statistics.replicates} draws, ` +
      `${Math.round(100 * config.statistics.confidence)} %); models are compared question by question, with a two-sided ` +
      `sign-flip permutation test.`,
    ...(config.cycles.max > 0 ? [selection(config)] : []),
    ...(trained ? [training(config)] : []),
    (config.cycles.max > 0
      ? `Cycles: ${cycles.length} of at most ${config.cycles.max}, the best model by mean SaGE on the held-out questions kept. `
      : "Nothing was trained. ") +
      `Preset ${config.preset}, seed ${report.seed}, Steadfast ${steadfast}.`,
  ];
}

function selection({ selection: { start, decay, floor } }: StudyConfig): string {
  return (
    `Aligned answers were taken for training by a threshold that starts at ${three(start)} and is ` +
    `multiplied by ${decay} after each question, not below ${three(floor)}; where the target ` +
    `was the more consistent, the question went to the feedback list.`
  );
}

function sampling({ sampling: { temperature, topK, topP, maxNewTokens } }: StudyConfig): string {
  const how = [
    temperature === 0 ? "the likeliest token each time" : `temperature ${temperature}`,
    ...(topK > 0 ? [`top-k ${topK}`] : []),
    ...(topP < 1 ? [`top-p ${topP}`] : []),
  ];
  return `${how.join(", ")}, at most ${maxNewTokens} tokens`;
}

function training(config: StudyConfig): string {
  const { adapter, sft, rollouts } = config;
  const length = sft.steps === null ? `${sft.epochs} epochs` : `${sft.steps} steps`;
  const lora =
    `A LoRA adapter (rank ${adapter.rank}, alpha ${adapter.loraAlpha}, dropout ${adapter.loraDropout}, on ` +
    `${adapter.targetModules.join(", ")}) was trained from the pretrained state for ${length} of ${sft.batchSize} answers, ` +
    `learning rate ${sft.learningRate}, the loss over ${sft.promptMasked ? "the answer alone" : "the whole text"}.`;
  if (!rollouts.enabled) return lora;
  const isAlone = rollouts.batch === "answer" && methodName(config) === "PPO";
  return (
    `${lora} ${methodName(config)} followed: ${rollouts.passes} passes over the training questions, one step for each ` +
    `${isAlone ? "answer" : "question's answers together"}, paid by “${rollouts.reward}”, learning rate ` +
    `${config[methodOf(config)].learningRate}, KL measured from the ${rollouts.reference === "base" ? "pretrained model" : "LoRA model"}.`
  );
}

/** Every setting as its path and its value, in an order that does not depend on how the config was written. */
export function settings(config: StudyConfig): readonly (readonly [string, string])[] {
  return flatten(config, []).sort(([a], [b]) => (a < b ? -1 : 1));
}

function flatten(value: unknown, path: readonly string[]): (readonly [string, string])[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) {
    return [[path.join("."), typeof value === "string" ? value : JSON.stringify(value)]];
  }
  return Object.entries(value).flatMap(([key, inner]) => flatten(inner, [...path, key]));
}
