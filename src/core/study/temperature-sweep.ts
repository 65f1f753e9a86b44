/** How consistent a model is by the temperature it is sampled at: the same questions put to it at each, scored alike. */
import { trimAnswer } from "../answers/prompt";
import type { Question } from "../corpus/corpus";
import type { Encoder } from "../encode/encoder";
import { sageById } from "../format/report";
import { POLICY_BLOCK, promptsFor } from "./asking";
import type { StudyConfig } from "./config";
import { summarise } from "./evaluate";
import type { Hooks } from "./hooks";
import type { Policy } from "./ports";
import { scoreAnswers } from "./scoring";
import type { SweepPoint } from "./sweep-point";

/** What the sweep takes from a study's settings; its sampling temperature is the one thing that varies. */
export type SweepConfig = Pick<StudyConfig, "seed" | "prompt" | "sampling" | "sage" | "statistics">;

export interface SweepHooks extends Hooks {
  /** Hears each temperature as it is done. */
  readonly onPoint?: (point: SweepPoint) => void;
}

/**
 * Every answer has the seed of its evaluation at every temperature, so that these differ by the temperature and by as little else
 * as can be.
 * @throws RangeError for no question, or a temperature below 0 or given twice.
 */
export async function sweepTemperatures(
  questions: readonly Question[],
  temperatures: readonly number[],
  { policy, encoder }: { readonly policy: Pick<Policy, "generate">; readonly encoder: Encoder },
  config: SweepConfig,
  { signal, onProgress, onPoint }: SweepHooks,
): Promise<readonly SweepPoint[]> {
  if (questions.length === 0) throw new RangeError("a sweep needs at least one question");
  checkTemperatures(temperatures);
  const prompts = promptsFor(questions, { config }, "answer", "evaluation");
  const places = questions.flatMap(({ id, paraphrases }) =>
    paraphrases.map((_, paraphrase) => ({ questionId: id, paraphrase })),
  );
  const total = prompts.length * temperatures.length;
  const points: SweepPoint[] = [];
  for (const temperature of temperatures) {
    const texts: string[] = [];
    const sampling = { ...config.sampling, temperature };
    const before = points.length * prompts.length;
    for (let at = 0; at < prompts.length; at += POLICY_BLOCK) {
      signal.throwIfAborted();
      texts.push(
        ...(await policy.generate(prompts.slice(at, at + POLICY_BLOCK), sampling, { signal })),
      );
      onProgress?.(before + texts.length, total);
    }
    const answers = places.map((place, i) => ({
      ...place,
      text: trimAnswer(texts[i]!),
      ruleOfThumb: null,
    }));
    const sage = { ...config.sage, answerWeight: 1 };
    const { scores, betweenQuestions } = await scoreAnswers(answers, encoder, sage, { signal });
    const { mean, interval, n } = summarise("baseline", sageById(scores), betweenQuestions, config);
    const point = { temperature, mean, interval, n, betweenQuestions };
    points.push(point);
    onPoint?.(point);
  }
  return points;
}

/** @throws RangeError naming what is wrong. */
export function checkTemperatures(temperatures: readonly number[]): void {
  if (temperatures.length === 0) throw new RangeError("a sweep needs at least one temperature");
  const wrong = temperatures.find((one) => !Number.isFinite(one) || one < 0);
  if (wrong !== undefined) throw new RangeError(`a temperature must be 0 or more, got ${wrong}`);
  const twice = temperatures.find((one, i) => temperatures.indexOf(one) !== i);
  if (twice !== undefined) throw new RangeError(`temperature ${twice} is given twice`);
}
