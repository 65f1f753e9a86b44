/** Puts every wording of the questions to a model, and stores what it says as it comes: a set that is cut is completed. */
import type { Answer, AnswerSet } from "../answers/answer";
import { fillPrompt, trimAnswer } from "../answers/prompt";
import { sampleIndices } from "../chat/request";
import type { Question } from "../corpus/corpus";
import { deriveSeed } from "../random";
import { PartialSet, type Place } from "./answer-set";
import type { StudyConfig } from "./config";
import type { Run } from "./context";
import { PausedError } from "./paused";
import type { SeededPrompt } from "./ports";

/**
 * Answers between two saves. A policy computes these together, so their number is part of what it says to the last bit of
 * its floats: a set that is completed is cut at the same places.
 */
export const POLICY_BLOCK = 32;
/** Requests to an aligned model after which a pause is heeded. Each of its answers is saved soon after it came. */
const ALIGNED_BLOCK = 16;

/**
 * Prompts for all wordings, question by question. The seed of an answer depends on the question, the wording and
 * the purpose alone: models evaluated on one question draw the same random numbers, which makes their difference
 * less noisy, and an answer does not change with the number of questions.
 */
export function promptsFor(
  questions: readonly Question[],
  { config }: { readonly config: Pick<StudyConfig, "prompt" | "seed"> },
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
  const { config, ports, signal, report, note: onNote } = run;
  const prompts = promptsFor(questions, run, "answer", set.split);
  const places = placesOf(questions);
  const answers = await startSet(places, set, run);
  const isComplete = answers.leading === places.length;
  const wholeBlocks = Math.floor(answers.leading / POLICY_BLOCK);
  const start = isComplete ? places.length : wholeBlocks * POLICY_BLOCK;
  for (let at = start; at < prompts.length; at += POLICY_BLOCK) {
    heedPause(run);
    const texts = await ports.policy.generate(
      prompts.slice(at, at + POLICY_BLOCK),
      config.sampling,
      {
        ...{ signal, onNote },
        onProgress: (done) => report({ kind: "progress", done: at + done, total: places.length }),
      },
    );
    texts.forEach((text, i) =>
      answers.add({ ...places[at + i]!, text: trimAnswer(text), ruleOfThumb: null }),
    );
    await answers.saved();
  }
  return answers.complete();
}

/** The aligned model's answers to all wordings. */
export async function askAligned(
  questions: readonly Question[],
  set: AnswerSet,
  run: Run,
): Promise<readonly Answer[]> {
  const { ports, signal, report } = run;
  const places = placesOf(questions);
  const answers = await startSet(places, set, run);
  const byId = new Map(
    questions.map(({ id, paraphrases }) => [
      id,
      { paraphrases, samples: sampleIndices(paraphrases) },
    ]),
  );
  const requests = answers.missing().map(({ questionId, paraphrase }) => {
    const { paraphrases, samples } = byId.get(questionId)!;
    const question = paraphrases[paraphrase]!;
    return { questionId, paraphrase, question, sample: samples[paraphrase]! };
  });
  const stored = places.length - requests.length;
  for (let at = 0; at < requests.length; at += ALIGNED_BLOCK) {
    heedPause(run);
    try {
      const received = await ports.aligned.answer(requests.slice(at, at + ALIGNED_BLOCK), {
        signal,
        onProgress: (done) =>
          report({ kind: "progress", done: stored + at + done, total: places.length }),
        onAnswer: (answer) => answers.addAndSave(answer), // it may have cost money
      });
      for (const answer of received) answers.add(answer);
    } catch (error) {
      reportSpending(run);
      await answers.saved().catch(() => {}); // the first failure is the one to tell
      throw error;
    }
    reportSpending(run);
    await answers.saved();
  }
  return answers.complete();
}

function reportSpending({ ports, report }: Run): void {
  const spending = ports.aligned.spending?.();
  if (spending) report({ kind: "spending", spending });
}

function placesOf(questions: readonly Question[]): Place[] {
  return questions.flatMap(({ id, paraphrases }) =>
    paraphrases.map((_, paraphrase) => ({ questionId: id, paraphrase })),
  );
}

async function startSet(places: readonly Place[], set: AnswerSet, run: Run): Promise<PartialSet> {
  run.signal.throwIfAborted();
  const answers = await PartialSet.open(set, places, run.ports.store);
  if (answers.missing().length > 0) run.goOn(null);
  const { cycle, role, split } = set;
  const total = places.length;
  run.report({
    kind: "phase",
    phase: { kind: "answer", cycle, role, split, total, unit: "answers" },
  });
  return answers;
}

function heedPause({ pause }: Run): void {
  if (pause?.aborted) throw new PausedError(null);
}
