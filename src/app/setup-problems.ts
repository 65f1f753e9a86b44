import type { Corpus } from "../core/corpus/corpus";
import type { ModelKind } from "../core/models/onnx-layout";
import { messageOf, withStop } from "../core/message-of";
import { targetName } from "../core/models/target";
import { fewestWordings } from "../core/rewards/rewards";
import { checkGrouping } from "../core/study/check-study";
import type { StudyConfig } from "../core/study/config";
import { splitCorpus } from "../core/study/split";

/**
 * Why these settings, each right by itself, make no study of this corpus in the browser: a sentence a reason.
 * @param corpus    null if the corpus that is set is not here.
 * @param kindOf    of a target whose files are in this browser; null where they are not.
 */
export function problemsWith(
  config: StudyConfig,
  corpus: Corpus | null,
  kindOf: (target: string) => ModelKind | null,
): string[] {
  if (corpus === null) return ["The corpus that is set is not here any more. Choose another."];
  const { evaluation, alwaysEvaluate } = config.questions;
  const problems: string[] = [];
  const kind = config.target === "demo" ? "gpt2" : kindOf(config.target);
  const trains = config.cycles.max > 0;
  if (kind === null) problems.push(targetProblem(config.target));
  if (kind === "onnx" && trains) {
    problems.push(
      `“${targetName(config.target)}” is in ONNX, which answers and is scored but can't be trained. Set the most cycles to 0, or choose a GPT-2.`,
    );
  }
  if (config.aligned.kind === "recorded" && corpus.recordedModel === null) {
    problems.push(
      `“${corpus.name}” has no recorded answers. Set an API as the aligned model, or choose another corpus.`,
    );
  }
  const total = corpus.questions.length;
  if (trains && evaluation >= total) {
    problems.push(
      `${evaluation} held-out questions leave none of ${total} to train on. Hold out fewer.`,
    );
  }
  const ids = new Set(corpus.questions.map(({ id }) => id));
  const unknown = alwaysEvaluate.filter((id) => !ids.has(id));
  if (unknown.length > 0) {
    problems.push(
      `“${corpus.name}” has no question ${unknown.join(", ")}. Take it out of the questions always held out.`,
    );
  }
  const unpinned = config.pinned.questions.filter((id) => !ids.has(id));
  if (unpinned.length > 0) {
    problems.push(
      `“${corpus.name}” has no question ${unpinned.join(", ")}. Take it out of the pinned questions.`,
    );
  }
  if (alwaysEvaluate.length > evaluation) {
    problems.push(
      `${alwaysEvaluate.length} questions are always held out, but only ${evaluation} in all. Hold out more.`,
    );
  }
  if (!trains && evaluation > total) {
    problems.push(`${evaluation} held-out questions are more than the ${total} that there are.`);
  }
  const fits = alwaysEvaluate.length <= evaluation && evaluation <= total && unknown.length === 0;
  const scored = trains ? corpus.questions : fits ? splitCorpus(config, corpus).evaluation : [];
  const { enabled, reward } = config.rollouts;
  const fewest = trains && enabled ? fewestWordings(reward, config.reward) : 2;
  const short = scored.find(({ paraphrases }) => paraphrases.length < fewest);
  if (short !== undefined) {
    problems.push(
      trains && enabled
        ? `As it is set, the reward ${reward} needs ${fewest} wordings of each question, and question ${short.id} has fewer. Set another, or leave that question out.`
        : `A score needs 2 wordings of each question, and question ${short.id} has fewer. Leave that question out.`,
    );
  }
  if (trains) {
    try {
      checkGrouping(config);
    } catch (error) {
      problems.push(withStop(messageOf(error)));
    }
  }
  return problems;
}

function targetProblem(target: string): string {
  const isFolder = !/^(hub|files):/.test(target);
  return isFolder
    ? `A folder such as “${target}” can be a target on the command line alone. Choose the target model again.`
    : `The target model ${target} is not in this browser. Load it, or choose another.`;
}
