/** Has a model draw a Rule of Thumb from each answer. */
import type { AskedText, ReplySource } from "../chat/reply-source";
import { sampleIndices } from "../chat/request";
import type { Question, QuestionId } from "../corpus/corpus";
import type { Hooks } from "../study/hooks";
import { rotProblem } from "./judge";
import { parseRot } from "./parse";
import { fillRotPrompt } from "./prompt";

export interface RotSettings {
  /** With {question} and {answer}. */
  readonly prompt: string;
  /** How often an answer is asked about at most. */
  readonly tries: number;
}

/** An answer to draw a rule from. */
export interface AnsweredWording {
  readonly questionId: QuestionId;
  /** Position of the wording, from 0. */
  readonly paraphrase: number;
  readonly wording: string;
  readonly answer: string;
}

export interface MadeRot extends AnsweredWording {
  /** What the model gave last, as it would stand in the corpus; "" for nothing. */
  readonly rule: string;
  /** Why it is not used, a sentence; null where it passes. */
  readonly reason: string | null;
}

/** Answers that have no rule yet, and say something. */
export function answersWithoutRot(questions: readonly Question[]): AnsweredWording[] {
  return questions.flatMap(({ id: questionId, paraphrases, recorded }) =>
    (recorded ?? []).flatMap(({ text, rot }, paraphrase) =>
      rot !== null || text.trim() === ""
        ? []
        : [{ questionId, paraphrase, wording: paraphrases[paraphrase]!, answer: text }],
    ),
  );
}

/** The requests of a round. An answer that stands there twice, to the same wording, is asked about twice. */
export function rotRequests(
  answers: readonly AnsweredWording[],
  { prompt }: Pick<RotSettings, "prompt">,
  round = 0,
): AskedText[] {
  const prompts = answers.map(({ wording, answer }) => fillRotPrompt(prompt, wording, answer));
  const first = sampleIndices(prompts);
  return answers.map(({ questionId, paraphrase }, i) => ({
    prompt: prompts[i]!,
    sample: first[i]! + round * answers.length,
    purpose: ["rule of thumb", questionId, paraphrase, round],
  }));
}

/** Asks about each answer, and again about those whose rule is rejected. With the same replies the result is the same. */
export async function makeRots(
  answers: readonly AnsweredWording[],
  settings: RotSettings,
  source: ReplySource,
  hooks: Hooks,
): Promise<MadeRot[]> {
  const rounds = Array.from({ length: settings.tries }, (_, round) =>
    rotRequests(answers, settings, round),
  );
  const made = new Array<MadeRot>(answers.length);
  let lacking = answers.map((_, i) => i);
  let asked = 0;
  for (const requests of rounds) {
    if (lacking.length === 0) break;
    const before = asked;
    asked += lacking.length;
    const replies = await source.replies(
      lacking.map((i) => requests[i]!),
      {
        signal: hooks.signal,
        onProgress: (done) => hooks.onProgress?.(before + done, asked),
      },
    );
    for (const [place, i] of lacking.entries()) {
      const { text, problem } = replies[place]!;
      const rule = parseRot(text);
      const reason = problem ?? rotProblem(rule, answers[i]!.answer);
      made[i] = { ...answers[i]!, rule, reason };
    }
    lacking = lacking.filter((i) => made[i]!.reason !== null);
  }
  return made;
}
