/** The files that `score` reads. */
import { basename } from "node:path";
import type { Corpus, Question } from "../core/corpus/corpus";
import { importMcc } from "../core/corpus/mcc";
import { UsageError } from "./errors";
import { checksum } from "./shards";
import { readText } from "./read-text";

/**
 * Rules of thumb count only where every answer of the file has one: decided here, for all questions, so that a shard decides
 * as the whole does.
 */
export function answered(corpus: Corpus, file: string): Corpus {
  if (corpus.questions.every(({ recorded }) => recorded === null)) {
    throw new UsageError(
      `${file} has no answers to score: its column model_output is missing or empty. Fill it in, or name a column of similarities with --weights.`,
    );
  }
  const recorded = corpus.questions.flatMap(({ recorded }) => recorded ?? []);
  if (recorded.every(({ text, rot }) => text.trim() === "" || rot !== null)) return corpus;
  const questions = corpus.questions.map((question) => ({
    ...question,
    recorded: (question.recorded ?? []).map(({ text }) => ({ text, rot: null })),
  }));
  return { ...corpus, questions };
}

/** The answers of another file to the same wordings of the same questions. */
export async function readAgain(path: string, { questions }: Corpus) {
  const text = await readText(path);
  const corpus = importMcc(text, basename(path), null, "keep");
  const known = new Map(corpus.questions.map((question) => [question.id, question]));
  const of = ({ id, paraphrases }: Question) =>
    paraphrases.map((wording) => {
      const other = known.get(id);
      return other?.recorded?.[other.paraphrases.indexOf(wording)]?.text ?? null;
    });
  if (questions.every((question) => of(question).every((answer) => answer === null))) {
    throw new UsageError(
      `${path} has no answer to a wording of the first file: both must have the same question_id and paraphrased`,
    );
  }
  return { of, checksum: checksum(text) };
}
