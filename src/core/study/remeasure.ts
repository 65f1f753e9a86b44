/** What an evaluation leaves out, measured of its stored answers afterwards: each wording asked again, and contradictions. */
import type { Answer } from "../answers/answer";
import { trimAnswer } from "../answers/prompt";
import type { Question } from "../corpus/corpus";
import type { Encoder } from "../encode/encoder";
import type { InferenceModel } from "../measures/contradictions";
import type { MeasureSummaries } from "../measures/summarise";
import { POLICY_BLOCK, promptsFor } from "./asking";
import type { StudyConfig } from "./config";
import { measuresOf } from "./evaluate";
import type { Hooks } from "./hooks";
import type { Policy } from "./ports";
import { type QuestionScore, scoreAnswers } from "./scoring";

/** What is taken from a study's settings: the questions are put as they were. */
export type RemeasureConfig = Pick<
  StudyConfig,
  "seed" | "prompt" | "sampling" | "sage" | "statistics"
>;

export interface RemeasurePorts {
  readonly encoder: Encoder;
  /** Asked again, as it stands; null leaves that out. */
  readonly policy: Pick<Policy, "generate"> | null;
  /** Tells which answers contradict each other; null leaves that out. */
  readonly inference: InferenceModel | null;
}

export interface RemeasuredAnswers {
  readonly scores: readonly QuestionScore[];
  readonly measures: MeasureSummaries;
}

/** What is under way: answers asked for, or what the scoring does with texts and pairs. */
export type RemeasureStage = "asking" | "scoring";

export interface RemeasureHooks extends Pick<Hooks, "signal"> {
  readonly onProgress?: (stage: RemeasureStage, done: number, total: number) => void;
}

/**
 * Asking again draws with seeds of its own: at a temperature above 0 the second answers differ from the first by chance alone.
 *
 * @param questions  those that were answered.
 * @param answers    as they were stored, in any order.
 * @returns all measures, of each question and over them; those that were left out say so.
 * @throws RangeError if an answer is to no wording of the questions.
 */
export async function remeasure(
  questions: readonly Question[],
  answers: readonly Answer[],
  { encoder, policy, inference }: RemeasurePorts,
  config: RemeasureConfig,
  { signal, onProgress }: RemeasureHooks,
): Promise<RemeasuredAnswers> {
  const hooksFor = (stage: RemeasureStage) => ({
    signal,
    onProgress: (done: number, total: number) => onProgress?.(stage, done, total),
  });
  const again = policy && (await askAgain(questions, answers, policy, config, hooksFor("asking")));
  const sage = { ...config.sage, answerWeight: 1 }; // as the evaluation scores
  const extras = { inference, again };
  const { scores } = await scoreAnswers(answers, encoder, sage, hooksFor("scoring"), extras);
  return { scores, measures: measuresOf(scores, config) };
}

async function askAgain(
  questions: readonly Question[],
  answers: readonly Answer[],
  policy: Pick<Policy, "generate">,
  config: RemeasureConfig,
  { signal, onProgress }: Hooks,
): Promise<string[]> {
  const prompts = questions.map((question) => promptsFor([question], { config }, "ask again"));
  const places = new Map(questions.map(({ id }, i) => [id, prompts[i]!]));
  const asked = answers.map(({ questionId, paraphrase }) => {
    const prompt = places.get(questionId)?.[paraphrase];
    if (prompt) return prompt;
    throw new RangeError(
      `wording ${paraphrase + 1} of question ${questionId} is not in the corpus any more; import it as it was`,
    );
  });
  const texts: string[] = [];
  for (let at = 0; at < asked.length; at += POLICY_BLOCK) {
    signal.throwIfAborted();
    const block = asked.slice(at, at + POLICY_BLOCK);
    texts.push(...(await policy.generate(block, config.sampling, { signal })));
    onProgress?.(texts.length, asked.length);
  }
  return texts.map(trimAnswer);
}
