import type { Answer } from "../core/answers/answer";
import type { Corpus } from "../core/corpus/corpus";
import type { Aligned } from "../core/study/ports";

/**
 * An aligned model whose answers were recorded earlier and came with the corpus.
 * @throws RangeError if the corpus has none, or if a question lacks one: found before a study starts, not in its middle.
 */
export function recordedAnswers({ name, questions, recordedModel }: Corpus): Aligned {
  if (recordedModel === null) {
    throw new RangeError(
      `the corpus ${name} has no recorded answers; import it with a model_output column, or set an API as the aligned model`,
    );
  }
  const byId = new Map(questions.map(({ id, recorded }) => [id, recorded]));
  for (const { id, paraphrases, recorded } of questions) {
    if (recorded?.length !== paraphrases.length) {
      throw new RangeError(
        `question ${id} of ${name} has ${recorded?.length ?? 0} recorded answers for ${paraphrases.length} wordings`,
      );
    }
  }
  return {
    name: recordedModel,
    async answer(requests, { signal, onProgress }) {
      signal.throwIfAborted();
      const answers = requests.map(({ questionId, paraphrase }): Answer => {
        const { text, rot } = byId.get(questionId)![paraphrase]!;
        return { questionId, paraphrase, text, ruleOfThumb: rot };
      });
      onProgress?.(answers.length, answers.length);
      return answers;
    },
  };
}

/**
 * The answers of one file to the wordings of another, found by question and text.
 * @throws RangeError naming the first wording that was not answered.
 */
export function recordedFor({ questions }: Corpus, from: Corpus): readonly Answer[] {
  const recorded = new Map(
    from.questions.flatMap(({ id, paraphrases, recorded }) =>
      paraphrases.flatMap((text, i) => {
        const answer = recorded?.[i];
        return answer ? [[JSON.stringify([id, text]), answer] as const] : [];
      }),
    ),
  );
  return questions.flatMap(({ id: questionId, paraphrases }) =>
    paraphrases.map((text, paraphrase): Answer => {
      const answer = recorded.get(JSON.stringify([questionId, text]));
      if (answer) return { questionId, paraphrase, text: answer.text, ruleOfThumb: answer.rot };
      throw new RangeError(
        `${from.name} has no answer to wording ${paraphrase + 1} of question ${questionId} (“${text}”); give a file that answers the whole corpus`,
      );
    }),
  );
}
