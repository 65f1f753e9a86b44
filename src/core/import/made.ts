import { type Corpus, FOUNDATIONS, type Question } from "../corpus/corpus";
import { fingerprintOf } from "./fingerprint";
import type { Roles } from "./roles";

/**
 * A corpus that was made here, as if it had been read from a table in MCC's columns: `exportOriginal` writes that table, and
 * reading it gives this corpus again, but that a question without moral foundations among others that have some reads as one to
 * which none applies.
 *
 * @param questions  each with a wording at least.
 * @param scores     [questions][wordings] ParaScore, where there is one; null leaves the column out.
 * @throws RangeError for a question without a wording: such a table has no row for it.
 */
export function madeCorpus(
  { name, questions, recordedModel }: Pick<Corpus, "name" | "questions" | "recordedModel">,
  scores: readonly (readonly (number | null)[])[] | null,
): Corpus {
  const bare = questions.find(({ paraphrases }) => paraphrases.length === 0);
  if (bare) throw new RangeError(`question ${bare.id} has no wording; leave it out`);
  const has = (what: (question: Question) => boolean) => questions.some(what);
  const roles: Roles = {
    ...{ question_id: "id", question: "question", paraphrased: "wording" },
    ...(has(({ topic }) => topic !== null) && { topic: "topic" }),
    ...(has(({ recorded }) => recorded !== null) && { model_output: "answer" }),
    ...(has(({ recorded }) => recorded?.some(({ rot }) => rot !== null) ?? false) && {
      rot: "rule",
    }),
    ...(has(({ foundations }) => foundations !== undefined) &&
      Object.fromEntries(FOUNDATIONS.map((foundation) => [foundation, "foundation" as const]))),
  };
  const labels = FOUNDATIONS.filter((foundation) => foundation in roles).map((column) => ({
    column,
    values: questions.flatMap(({ paraphrases, foundations }) =>
      paraphrases.map(() => (foundations ? (foundations.includes(column) ? "1" : "0") : "")),
    ),
  }));
  const score = scores && {
    column: "score",
    values: scores.flat().map((value) => (value === null ? "" : String(value))),
  };
  const origin = {
    ...({ format: "mcc", container: "csv" } as const),
    columns: [...Object.keys(roles), ...(score ? ["score"] : [])],
    mapped: { roles, layout: "long" } as const,
    kept: [...labels, ...(score ? [score] : [])],
    fingerprint: fingerprintOf(questions),
  };
  return { name, questions, recordedModel, origin };
}
