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
