/** From a question's paid answers to what each step learns from, by method. */
import type { Question } from "../corpus/corpus";
import { type RankedAnswer, rankedPairs } from "../dpo/pairs";
import { promptsFor } from "./asking";
import type { StudyConfig } from "./config";
import type { PreferencePair, RolloutBatch } from "./trainer";

/**
 * One batch of the question's answers; for PPO with `rollouts.batch` "answer" one of each. None where nothing was paid.
 * @param feedback  pairs of the question from the feedback list.
 */
export function batchesOf(
  question: Question,
  paid: readonly RankedAnswer[],
  feedback: readonly PreferencePair[],
  config: StudyConfig,
): RolloutBatch[] {
  if (paid.length === 0) return [];
  const { method, batch } = config.rollouts;
  switch (method) {
    case "ppo": {
      const answers = paid.map((one) => scored(one, 0));
      return (batch === "question" ? [answers] : answers.map((one) => [one])).map((some) => ({
        answers: some,
        pairs: [],
      }));
    }
    case "rloo":
    case "grpo": {
      const { group } = config[method];
      const answers = paid.map((one) => scored(one, group === "question" ? 0 : one.wording));
      return [{ answers, pairs: [] }];
    }
    case "dpo": {
      const { pairs: grouping, minimumMargin, feedbackPairs } = config.dpo;
      const prompts = promptsFor([question], { config });
      const wordings = new Map(paid.map(({ rollout, wording }) => [rollout, wording]));
      const pairs = rankedPairs(paid, grouping, minimumMargin).map(({ chosen, rejected }) => ({
        prompt: prompts[wordings.get(rejected)!]!.prompt,
        chosen: { rollout: chosen },
        rejected: { rollout: rejected },
      }));
      const answers = paid.map((one) => scored(one, 0));
      return [{ answers, pairs: feedbackPairs ? [...pairs, ...feedback] : pairs }];
    }
  }
}

/** Steps that a visit to a question takes at most. */
export function stepsOfVisit(
  { paraphrases }: Question,
  { rollouts: { method, batch, samples } }: StudyConfig,
): number {
  return method === "ppo" && batch === "answer" ? paraphrases.length * samples : 1;
}

/** Answers that a phase samples, as far as its settings tell: the budget that methods are compared by. */
export function plannedAnswers(questions: readonly Question[], config: StudyConfig): number {
  const { enabled, passes, samples, maxSteps } = config.rollouts;
  if (!enabled) return 0;
  let [steps, answers] = [0, 0];
  for (let pass = 0; pass < passes; pass++) {
    for (const question of questions) {
      if (maxSteps !== null && steps >= maxSteps) return answers;
      steps += stepsOfVisit(question, config);
      answers += question.paraphrases.length * samples;
    }
  }
  return answers;
}

const scored = ({ rollout, score }: RankedAnswer, group: number) => ({ rollout, score, group });
