/** What a shard of `answer` holds of a question, and what `merge` makes of all. */
import * as v from "valibot";
import type { Answer } from "../core/answers/answer";
import type { Corpus, Question, QuestionId } from "../core/corpus/corpus";
import { answersCsv } from "../core/format/answers-csv";
import type { Merged } from "../core/shard/merge";
import type { ShardRow } from "../core/shard/file";

const Row = v.object({
  id: v.union([v.number(), v.string()]),
  text: v.string(),
  paraphrases: v.array(v.string()),
  answers: v.array(
    v.object({ paraphrase: v.number(), text: v.string(), ruleOfThumb: v.nullable(v.string()) }),
  ),
});

/** @param part  the shard's questions with their places in the whole. */
export function answerShardRows(
  part: readonly { readonly position: number; readonly item: Question }[],
  answers: readonly Answer[],
): ShardRow[] {
  const byId = new Map<QuestionId, Answer[]>(part.map(({ item }) => [item.id, []]));
  for (const answer of answers) byId.get(answer.questionId)!.push(answer);
  return part.map(({ position, item: { id, text, paraphrases } }) => {
    const given = byId.get(id)!.map(({ paraphrase, text, ruleOfThumb }) => ({
      ...{ paraphrase, text, ruleOfThumb },
    }));
    const result: v.InferOutput<typeof Row> = { id, text, paraphrases: [...paraphrases], answers: given }; // prettier-ignore
    return { position, result };
  });
}

/** The table that one run over the whole corpus writes. */
export function mergedAnswers({ results }: Merged): string {
  const rows = results.map((result) => v.parse(Row, result));
  const questions: Corpus["questions"] = rows.map(({ id, text, paraphrases }) => ({
    ...{ id, text, paraphrases, topic: null, recorded: null },
  }));
  const answers = rows.flatMap(({ id, answers }) =>
    answers.map((answer): Answer => ({ questionId: id, ...answer })),
  );
  return answersCsv({ questions }, answers);
}
