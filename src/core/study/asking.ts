/** Puts every wording of the questions to a model, and stores what it says. */
import type { Answer, AnswerSet } from "../answers/answer";
import { fillPrompt, trimAnswer } from "../answers/prompt";
import type { Question } from "../corpus/corpus";
import { deriveSeed } from "../random";
import { type Run, hooksOf } from "./context";
import type { SeededPrompt } from "./ports";

/**
 * Prompts for all wordings, question by question. The seed of an answer depends on the question, the wording and
 * the purpose alone: models evaluated on one question draw the same random numbers, which makes their difference
 * less noisy, and an answer does not change with the number of questions.
 */
export function promptsFor(
  questions: readonly Question[],
  { config }: Pick<Run, "config">,
  ...purpose: (string | number)[]
): SeededPrompt[] {
  return questions.flatMap(({ id, paraphrases }) =>
    paraphrases.map((paraphrase, i) => ({
      prompt: fillPrompt(config.prompt, paraphrase),
      seed: deriveSeed(config.seed, ...purpose, id, i),
    })),
  );
}

/** The policy's answers, as it stands, to all wordings. */
export async function askPolicy(
  questions: readonly Question[],
  set: AnswerSet,
  run: Run,
): Promise<readonly Answer[]> {
  const prompts = promptsFor(questions, run, "answer", set.split);
  startPhase(set, prompts.length, run);
  const texts = await run.ports.policy.generate(prompts, run.config.sampling, hooksOf(run));
  const places = questions.flatMap(({ id, paraphrases }) =>
    paraphrases.map((_, paraphrase) => ({ questionId: id, paraphrase })),
  );
  const answers = places.map((place, i) => ({
    ...place,
    text: trimAnswer(texts[i]!),
    ruleOfThumb: null,
  }));
  await run.ports.store.saveAnswers(set, answers);
  return answers;
}

/** The aligned model's answers to all wordings. */
export async function askAligned(
  questions: readonly Question[],
  set: AnswerSet,
  run: Run,
): Promise<readonly Answer[]> {
  const requests = questions.flatMap(({ id, paraphrases }) =>
    paraphrases.map((question, paraphrase) => ({ questionId: id, paraphrase, question })),
  );
  startPhase(set, requests.length, run);
  const received: Answer[] = [];
  try {
    const onAnswer = (answer: Answer) => received.push(answer);
    const answers = await run.ports.aligned.answer(requests, { ...hooksOf(run), onAnswer });
    await run.ports.store.saveAnswers(set, answers);
    return answers;
  } catch (error) {
    if (received.length > 0) await run.ports.store.saveAnswers(set, received); // they may have cost money
    throw error;
  }
}

function startPhase(
  { cycle, role, split }: AnswerSet,
  total: number,
  { report, signal }: Run,
): void {
  signal.throwIfAborted();
  report({ kind: "phase", phase: { kind: "answer", cycle, role, split, total, unit: "answers" } });
}
