/** Made Rules of Thumb as a table for people to go through: what is kept, changed and left out is read back from it. */
import { type Corpus, parseQuestionId, type QuestionId } from "../corpus/corpus";
import { parseCsv, toCsv } from "../format/csv";
import { InputError } from "../format/input-error";
import { KEEP, keepCell, readKeep } from "../format/keep-cell";
import { madeCorpus } from "../import/made";
import type { AnsweredWording, MadeRot } from "./make";

const TEXTS = ["question_id", "paraphrased", "model_output"] as const;

export interface KeptRot extends AnsweredWording {
  readonly rule: string;
}

/** Every rule with its reason; `keep` is yes where no filter refused it. */
export function rotReview(made: readonly MadeRot[]): string {
  const rows = made.map(({ questionId, wording, answer, rule, reason }) => ({
    ...{ question_id: questionId, paraphrased: wording, model_output: answer },
    ...{ rot: rule, keep: keepCell(reason === null), reason },
  }));
  return toCsv([...TEXTS, "rot", KEEP, "reason"], rows);
}

/**
 * The rules that a reviewed table keeps, as they stand there now.
 * @param answers  that rules were drawn from. A row finds its answer by question, wording and text; equal ones in their order.
 * @throws InputError for a row of another answer, an empty rule that is kept, or a `keep` that is neither.
 */
export function readRotReview(
  text: string,
  file: string,
  answers: readonly AnsweredWording[],
): KeptRot[] {
  const waiting = new Map<string, AnsweredWording[]>();
  for (const answer of answers.toReversed()) {
    const key = keyOf(answer.questionId, answer.wording, answer.answer);
    waiting.set(key, [...(waiting.get(key) ?? []), answer]);
  }
  const { rows } = parseCsv(text, file, [...TEXTS, "rot", KEEP]);
  return rows.flatMap((row) => {
    const { question_id: id, paraphrased, model_output: said, rot } = row.values;
    const answer = waiting.get(keyOf(parseQuestionId(id), paraphrased, said))?.pop();
    if (!answer) {
      const problem = `there is no such answer to question ${id} that lacks a rule`;
      throw new InputError({ file, row: row.row }, problem, "Give the answers that this review is of."); // prettier-ignore
    }
    if (!readKeep(row, file)) return [];
    if (rot.trim() !== "") return [{ ...answer, rule: rot.trim() }];
    const place = { file, row: row.row, column: "rot" };
    throw new InputError(place, "the rule is empty, and kept", "Fill it in, or write no.");
  });
}

const keyOf = (id: QuestionId, wording: string, answer: string) =>
  JSON.stringify([id, wording, answer]);

/** What no filter refused. */
export function passingRots(made: readonly MadeRot[]): KeptRot[] {
  return made.filter(({ reason }) => reason === null);
}

/** Finds the rule of the i-th wording of a question, if one is kept. */
export function ruleFinder(kept: readonly KeptRot[]) {
  const rules = new Map(
    kept.map(({ questionId, paraphrase, rule }) => [`${paraphrase} ${questionId}`, rule]),
  );
  return (id: QuestionId, paraphrase: number): string | null =>
    rules.get(`${paraphrase} ${id}`) ?? null;
}

/** A new corpus: the answers with the rules that they had and those that are kept. */
export function withRots(corpus: Corpus, kept: readonly KeptRot[]): Corpus {
  const ruleOf = ruleFinder(kept);
  const questions = corpus.questions
    .filter(({ paraphrases }) => paraphrases.length > 0)
    .map((question) => ({
      ...question,
      recorded:
        question.recorded?.map(({ text, rot }, i) => ({
          text,
          rot: rot ?? ruleOf(question.id, i),
        })) ?? null,
    }));
  return madeCorpus({ ...corpus, questions }, null);
}
