/** What an aligned model behind an API is asked about a corpus. */
import { fillPrompt } from "../answers/prompt";
import type { Corpus } from "../corpus/corpus";
import type { AlignedRequest } from "../study/ports";
import { type ChatRequest, type ChatSettings, chatRequest, sampleIndices } from "./request";

/**
 * Every wording, question by question, and each `samples` times. The first sample of a wording is the one that a study asks for, so
 * that what one has paid for the other finds.
 */
export function wordingsToAsk(
  { questions }: Pick<Corpus, "questions">,
  samples = 1,
): AlignedRequest[] {
  return questions.flatMap(({ id: questionId, paraphrases }) => {
    const first = sampleIndices(paraphrases);
    return paraphrases.flatMap((question, paraphrase) =>
      Array.from({ length: samples }, (_, nth) => ({
        ...{ questionId, paraphrase, question },
        sample: first[paraphrase]! + nth * paraphrases.length,
      })),
    );
  });
}

/** The requests for wordings, in their order. */
export function requestsFor(
  wordings: readonly AlignedRequest[],
  settings: ChatSettings & { readonly instruction: string },
): ChatRequest[] {
  return wordings.map(({ question, sample }) =>
    chatRequest(settings, fillPrompt(settings.instruction, question), sample),
  );
}
