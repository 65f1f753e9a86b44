/** The pairs that a task can be made of, with how alike the two answers are, to sample by. */
import type { Answer } from "../core/answers/answer";
import { importPairs } from "../core/annotation/labels-csv";
import { type AnswerPair, type Digest, allPairs, makePair } from "../core/annotation/pair";
import { samplePairs } from "../core/annotation/sample-pairs";
import type { Question, QuestionId } from "../core/corpus/corpus";
import { rougeL } from "../core/metrics/rouge-l";
import type { QuestionScore } from "../core/study/scoring";

export interface PairPool {
  readonly pairs: readonly AnswerPair[];
  /** [pairs] null where it was not measured. */
  readonly similarity: readonly (number | null)[];
  /** What `similarity` is, for the page. */
  readonly measure: "cosine" | "ROUGE-L";
  /** Answers without text: they make no pairs. */
  readonly empty: number;
}

/** All pairs of answers to one question, by one model; similarity as the study's encoder measured it. */
export async function poolOfAnswers(
  answers: readonly Answer[],
  questions: readonly Question[],
  scores: readonly QuestionScore[],
  digest: Digest,
): Promise<PairPool> {
  const texts = new Map(questions.map(({ id, text }) => [id, text]));
  const byQuestion = new Map<QuestionId, Answer[]>();
  for (const answer of answers) {
    byQuestion.set(answer.questionId, [...(byQuestion.get(answer.questionId) ?? []), answer]);
  }
  const groups = [...byQuestion].map(([id, group]) => {
    const said = group.filter(({ text }) => text.trim() !== "");
    const count = (said.length * (said.length - 1)) / 2;
    const weights = scores.find((score) => score.id === id)?.weights;
    return {
      question: {
        id,
        text: texts.get(id) ?? /* @wc-ignore */ `Question ${id}`,
        answers: said.map(({ paraphrase, text }) => ({ id: String(paraphrase + 1), text })),
      },
      // Scoring leaves out empty answers too, and takes the pairs in the same order.
      similarity: Array.from({ length: count }, (_, pair) => weights?.[pair] ?? null),
      empty: group.length - said.length,
    };
  });
  return {
    pairs: await allPairs(
      groups.map(({ question }) => question),
      digest,
    ),
    similarity: groups.flatMap(({ similarity }) => similarity),
    measure: "cosine",
    empty: groups.reduce((sum, { empty }) => sum + empty, 0),
  };
}

/** All pairs of the answers recorded with each question. */
export async function poolOfRecorded(
  questions: readonly Question[],
  digest: Digest,
): Promise<PairPool> {
  const answers = questions.flatMap(({ id, recorded }) =>
    (recorded ?? []).map(({ text, rot }, paraphrase): Answer => ({
      questionId: id,
      paraphrase,
      text,
      ruleOfThumb: rot,
    })),
  );
  const { pairs, empty } = await poolOfAnswers(answers, questions, [], digest);
  return { ...measured(pairs), empty };
}

/**
 * Pairs of two models' answers to one wording. Which is which is told by nothing in them: the answers stand in the order
 * of their texts and are numbered in it; the task's seed then draws left and right.
 */
export async function poolAcross(
  first: readonly Answer[],
  second: readonly Answer[],
  questions: readonly Question[],
  digest: Digest,
): Promise<PairPool> {
  const wordings = new Map(questions.map(({ id, paraphrases }) => [id, paraphrases]));
  const keyOf = ({ questionId, paraphrase }: Answer) => JSON.stringify([questionId, paraphrase]);
  const others = new Map(second.map((answer) => [keyOf(answer), answer]));
  const both = first.flatMap((answer) => {
    const other = others.get(keyOf(answer));
    return other ? [{ answer, texts: [answer.text, other.text] as const }] : [];
  });
  const said = both.filter(({ texts }) => texts.every((text) => text.trim() !== ""));
  const pairs = await Promise.all(
    said.map(({ answer: { questionId, paraphrase }, texts: [a, b] }) => {
      const [one, two] = a <= b ? [a, b] : [b, a];
      const number = paraphrase + 1;
      const content = {
        questionId,
        question:
          wordings.get(questionId)?.[paraphrase] ?? /* @wc-ignore */ `Question ${questionId}`,
        answers: [
          { id: `${number}a`, text: one },
          { id: `${number}b`, text: two },
        ] satisfies AnswerPair["answers"],
      };
      return makePair(content, digest);
    }),
  );
  return {
    ...measured(pairs),
    empty: both.flatMap(({ texts }) => texts).filter((text) => text.trim() === "").length,
  };
}

/** The pairs of a CSV in the published layout. @throws InputError as `importPairs`. */
export async function poolOfCsv(text: string, file: string, digest: Digest): Promise<PairPool> {
  return { ...measured(await importPairs(text, file, digest)), empty: 0 };
}

/** Pairs that no study has measured, by the overlap of their words. */
function measured(pairs: readonly AnswerPair[]): Omit<PairPool, "empty"> {
  const similarity = pairs.map(({ answers: [a, b] }) => rougeL(a.text, b.text));
  return { pairs, similarity, measure: "ROUGE-L" };
}

/**
 * @param n          null for all pairs.
 * @param stratified spread over the range of similarity, so that rare degrees of likeness are labelled too.
 * @throws RangeError for more pairs than there are.
 */
export function choosePairs(
  { pairs, similarity }: PairPool,
  n: number | null,
  seed: number,
  stratified: boolean,
): readonly AnswerPair[] {
  return n === null ? pairs : samplePairs(pairs, n, seed, stratified ? similarity : undefined);
}
