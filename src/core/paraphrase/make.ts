/** Has a model word questions anew until each has enough wordings, or has been tried often enough. */
import type { AskedText, ReplySource } from "../chat/reply-source";
import { fillPrompt } from "../answers/prompt";
import type { Question, QuestionId } from "../corpus/corpus";
import type { Encoder } from "../encode/encoder";
import { cosine } from "../sage/similarity";
import type { Hooks } from "../study/hooks";
import {
  formProblem,
  type JudgedParaphrase,
  judgeParaphrase,
  type ParaphraseLimits,
} from "./judge";
import { parseList } from "./parse";
import { COUNT_SLOT } from "./prompt";

export interface ParaphraseSettings {
  /** Wordings that a question is to have, those that it has already included. */
  readonly n: number;
  /** With {question}, and {n} where the model is told how many. */
  readonly prompt: string;
  /** How often a question is asked about at most. */
  readonly tries: number;
  readonly limits: ParaphraseLimits;
}

/** What was made for one question. */
export interface MadeParaphrases {
  readonly questionId: QuestionId;
  /** Every candidate, in the order in which it came; those without a reason are the ones to use. */
  readonly candidates: readonly JudgedParaphrase[];
  /** Why an asking brought nothing, a sentence each. */
  readonly problems: readonly string[];
}

interface Work {
  readonly question: Pick<Question, "id" | "text" | "paraphrases">;
  readonly candidates: JudgedParaphrase[];
  readonly problems: string[];
}

/** The requests of a round, one a question. */
export function paraphraseRequests(
  questions: readonly Pick<Question, "id" | "text">[],
  { n, prompt }: Pick<ParaphraseSettings, "n" | "prompt">,
  sample = 0,
): AskedText[] {
  return questions.map(({ id, text }) => ({
    prompt: fillPrompt(
      prompt.replaceAll(COUNT_SLOT, () => String(n)),
      text,
    ),
    sample,
    purpose: ["paraphrase", id, sample],
  }));
}

/**
 * Asks about every question that has fewer than `n` wordings, judges what comes, and asks again about those that still have too few.
 * Candidates beyond the n-th are rejected as not needed. With the same replies the result is the same.
 *
 * @param encoder  compares candidates with their question; null leaves that out.
 */
export async function makeParaphrases(
  questions: readonly Pick<Question, "id" | "text" | "paraphrases">[],
  settings: ParaphraseSettings,
  source: ReplySource,
  encoder: Encoder | null,
  hooks: Hooks,
): Promise<MadeParaphrases[]> {
  const all: Work[] = questions.map((question) => ({ question, candidates: [], problems: [] }));
  let asked = 0;
  for (let sample = 0; sample < settings.tries; sample++) {
    const lacking = all.filter((work) => missing(work, settings) > 0);
    if (lacking.length === 0) break;
    const before = asked;
    asked += lacking.length;
    const requests = paraphraseRequests(
      lacking.map(({ question }) => question),
      settings,
      sample,
    );
    const replies = await source.replies(requests, {
      signal: hooks.signal,
      onProgress: (done) => hooks.onProgress?.(before + done, asked),
    });
    const lists = replies.map(({ text }) => parseList(wholeList(text, settings.prompt)));
    const similarityOf = await similarities(lacking, lists, encoder, hooks);
    for (const [i, work] of lacking.entries()) {
      const { problem } = replies[i]!;
      if (problem !== null) work.problems.push(problem);
      else if (lists[i]!.length === 0) work.problems.push("The reply has no text.");
      for (const text of lists[i]!)
        work.candidates.push(judged(text, work, similarityOf, settings));
    }
  }
  return all.map(({ question, candidates, problems }) => ({
    questionId: question.id,
    ...{ candidates, problems },
  }));
}

/** A prompt that begins the list for the model is answered by the rest of it, and what comes after a blank line is another text. */
function wholeList(reply: string, prompt: string): string {
  if (!/\b1\.$/.test(prompt)) return reply;
  const rest = reply.trim().split(/\n\s*\n/)[0]!;
  return rest === "" || /^1[.)]\s/.test(rest) ? rest : `1. ${rest}`;
}

function judged(
  text: string,
  work: Work,
  similarityOf: (question: string, text: string) => number | null,
  settings: ParaphraseSettings,
): JudgedParaphrase {
  const { question, candidates } = work;
  const before = [...question.paraphrases, ...candidates.map((other) => other.text)];
  const similarity = similarityOf(question.text, text);
  const found = judgeParaphrase(text, question.text, before, similarity, settings.limits);
  if (found.reason !== null || missing(work, settings) > 0) return found;
  return { ...found, reason: `It is not needed: there are ${settings.n} wordings before it.` };
}

function missing({ question, candidates }: Work, { n }: ParaphraseSettings): number {
  return (
    n - question.paraphrases.length - candidates.filter(({ reason }) => reason === null).length
  );
}

/** Embeds what form alone does not decide, question and candidate. */
async function similarities(
  works: readonly Work[],
  lists: readonly (readonly string[])[],
  encoder: Encoder | null,
  { signal }: Hooks,
): Promise<(question: string, text: string) => number | null> {
  if (encoder === null) return () => null;
  const texts = new Set<string>();
  for (const [i, { question }] of works.entries()) {
    for (const text of lists[i]!) {
      if (formProblem(text, question.text, []) === null) texts.add(question.text).add(text);
    }
  }
  const order = [...texts];
  const vectors = await encoder.embed(order, { signal });
  const byText = new Map(order.map((text, i) => [text, vectors[i]!]));
  return (question, text) => {
    const [a, b] = [byText.get(question), byText.get(text)];
    return a && b ? cosine(a, b) : null;
  };
}
