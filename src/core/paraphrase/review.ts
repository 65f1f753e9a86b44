/** Made paraphrases as a table for people to go through: what is kept, changed and left out is read back from it. */
import type { Corpus, Question, QuestionId } from "../corpus/corpus";
import { parseQuestionId } from "../corpus/corpus";
import { parseCsv, toCsv } from "../format/csv";
import { InputError } from "../format/input-error";
import { KEEP, keepCell, readKeep } from "../format/keep-cell";
import { madeCorpus } from "../import/made";
import type { JudgedParaphrase } from "./judge";
import type { MadeParaphrases } from "./make";

const COLUMNS = ["question_id", "question", "paraphrased", KEEP, "reason"] as const;

/** A wording to use, with its ParaScore where there is one. */
export interface KeptWording {
  readonly questionId: QuestionId;
  readonly text: string;
  readonly score: number | null;
}

/** Every candidate with its reason and its figures; `keep` is yes where no filter refused it. */
export function paraphraseReview(
  { questions }: Pick<Corpus, "questions">,
  made: readonly MadeParaphrases[],
): string {
  const texts = new Map(questions.map(({ id, text }) => [id, text]));
  const rows = made.flatMap(({ questionId, candidates }) =>
    candidates.map(({ text, reason, similarity, distance, score }) => ({
      ...{ question_id: questionId, question: texts.get(questionId)!, paraphrased: text },
      ...{ keep: keepCell(reason === null), reason, similarity, distance, score },
    })),
  );
  return toCsv([...COLUMNS, "similarity", "distance", "score"], rows);
}

/**
 * The wordings that a reviewed table keeps, as they stand there now. The reason, the figures and the question's text are not read.
 * @throws InputError for a question that the corpus does not have, an empty wording that is kept, or a `keep` that is neither.
 */
export function readParaphraseReview(
  text: string,
  file: string,
  { questions, name }: Pick<Corpus, "questions" | "name">,
): Omit<KeptWording, "score">[] {
  const known = new Set(questions.map(({ id }) => id));
  const { rows } = parseCsv(text, file, ["question_id", "paraphrased", KEEP]);
  return rows.flatMap((row) => {
    const questionId = parseQuestionId(row.values.question_id);
    if (!known.has(questionId)) {
      const place = { file, row: row.row, column: "question_id" };
      const problem = `${name} has no question ${questionId}`;
      throw new InputError(place, problem, "Give the questions that this review is of.");
    }
    if (!readKeep(row, file)) return [];
    const wording = row.values.paraphrased.trim();
    if (wording !== "") return [{ questionId, text: wording }];
    const place = { file, row: row.row, column: "paraphrased" };
    throw new InputError(place, "the wording is empty, and kept", "Fill it in, or write no.");
  });
}

/** What no filter refused. */
export function passing(made: readonly MadeParaphrases[]): KeptWording[] {
  return made.flatMap(({ questionId, candidates }) =>
    candidates.filter(isUsed).map(({ text, score }) => ({ questionId, text, score })),
  );
}
const isUsed = ({ reason }: JudgedParaphrase) => reason === null;

/**
 * A new corpus of the questions with the wordings that they had and those that are kept. Recorded answers are left out: there is
 * none to a new wording. So are questions that have no wording.
 */
export function withWordings(corpus: Corpus, kept: readonly KeptWording[]): Corpus {
  const more = new Map<QuestionId, KeptWording[]>();
  for (const wording of kept) {
    const of = more.get(wording.questionId);
    if (of) of.push(wording);
    else more.set(wording.questionId, [wording]);
  }
  const made = corpus.questions.flatMap((question) => {
    const added = more.get(question.id) ?? [];
    const paraphrases = [...question.paraphrases, ...added.map(({ text }) => text)];
    if (paraphrases.length === 0) return [];
    const scores = [...question.paraphrases.map(() => null), ...added.map(({ score }) => score)];
    const { id, text, topic, foundations } = question;
    const with_: Question = {
      ...{ id, text, topic, paraphrases, recorded: null },
      ...(foundations && { foundations }),
    };
    return [{ question: with_, scores }];
  });
  return madeCorpus(
    { name: corpus.name, questions: made.map(({ question }) => question), recordedModel: null },
    made.map(({ scores }) => scores),
  );
}
