/** What can be found wrong before anything is computed or written. */
import { fillPrompt } from "../answers/prompt";
import type { Corpus } from "../corpus/corpus";
import { fewestWordings } from "../rewards/rewards";
import type { StudyConfig } from "./config";
import { pinnedQuestions } from "./pinned";
import type { Policy } from "./ports";
import { type StudySplit, splitCorpus } from "./split";

/**
 * @returns the split, which is the study's. A study of no cycles may hold out every question.
 * @throws RangeError naming the setting or the question, if the questions do not fit the settings, a prompt does not fit the model,
 *         or the adapter names a map that the model has not.
 */
export function checkStudy(config: StudyConfig, corpus: Corpus, policy: Policy): StudySplit {
  const split = splitCorpus(config, corpus);
  const trains = config.cycles.max > 0;
  if (trains && split.train.length === 0) {
    throw new RangeError(
      `questions.evaluation: ${split.evaluation.length} of the ${corpus.questions.length} questions of ${corpus.name} ` +
        "are held out and none is left to train on; hold out fewer, or set cycles.max to 0 to train nothing",
    );
  }
  pinnedQuestions(config, corpus, split.evaluation);
  const { reward } = config.rollouts;
  const enabled = trains && config.rollouts.enabled;
  const fewest = enabled ? fewestWordings(reward, config.reward) : 2;
  for (const { id, paraphrases } of trains ? corpus.questions : split.evaluation) {
    if (paraphrases.length < fewest) {
      const wanting = enabled ? `the reward ${reward} needs` : "a score needs";
      throw new RangeError(
        `question ${id} of ${corpus.name} has ${paraphrases.length} wordings, and ${wanting} ${fewest}`,
      );
    }
    paraphrases.forEach((paraphrase, i) => {
      const prompt = fillPrompt(config.prompt, paraphrase);
      policy.checkPrompt(prompt, config.sampling, `question ${id}, wording ${i + 1}`);
    });
  }
  if (trains) {
    checkGrouping(config);
    policy.checkAdapter(config.adapter);
  }
  return split;
}

/** Answers to one wording can be compared only where there are several. @throws RangeError naming the settings. */
export function checkGrouping({
  rollouts: { enabled, method, samples },
  rloo,
  grpo,
  dpo,
}: StudyConfig): void {
  const groupings = { ppo: null, rloo: rloo.group, grpo: grpo.group, dpo: dpo.pairs };
  if (!enabled || groupings[method] !== "wording" || samples > 1) return;
  throw new RangeError(
    `${method}.${method === "dpo" ? "pairs" : "group"} is "wording", which compares the answers to one wording, and ` +
      `rollouts.samples asks for ${samples}; set it to 2 or more, or compare within the "question"`,
  );
}
