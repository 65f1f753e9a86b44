import { argmax, type Task } from "./task";

/**
 * HellaSwag by log-probabilities of its endings after the context:
 *
 *   accuracy             argmax_i log p(ending_i) is the right one
 *   length-normalised    argmax_i log p(ending_i) / |ending_i|, the length in characters
 *
 * @see Zellers et al. 2019, arXiv:1905.07830; both as lm-evaluation-harness has them (`acc`, `acc_norm`). The text is taken as
 *      the file has it, without that harness's clean-up of WikiHow's brackets.
 */
export const hellaSwag: Task = {
  name: "hellaswag",
  title: "HellaSwag",
  accuracy: "accuracyNormalised",
  measures: [
    {
      name: "accuracy",
      title: "Accuracy",
      says: "Share of tasks whose right ending is the likeliest.",
      better: "higher",
    },
    {
      name: "accuracyNormalised",
      title: "Accuracy, length-normalised",
      says: "Share of tasks whose right ending is the likeliest a character.",
      better: "higher",
    },
  ],
  requests: ({ text, choices }) =>
    choices?.texts.map((ending) => ({ prompt: text, continuation: ` ${ending.trim()}` })) ?? null,
  score({ choices }, logProbs) {
    const { texts, best } = choices!;
    const normalised = logProbs.map((logProb, i) => logProb / texts[i]!.trim().length);
    return {
      accuracy: Number(argmax(logProbs) === best),
      accuracyNormalised: Number(argmax(normalised) === best),
    };
  },
};
