/** Answers of a model on this machine, for `answer`: what was answered before it was interrupted is taken from the cache. */
import type { Answer } from "../core/answers/answer";
import { fillPrompt, trimAnswer } from "../core/answers/prompt";
import { deriveSeed } from "../core/random";
import type { AlignedRequest } from "../core/study/ports";
import { LocalModel, type LocalPrompt, type LocalSettings } from "./local-model";
import { progressLine } from "./progress-line";

/** Answers computed together at most. */
const BLOCK = 32;

export interface ModelWords extends LocalSettings {
  readonly prompt: string;
  readonly seed: number;
}

/** What a model answered, and what decided it. */
export interface ModelAnswers {
  readonly answers: readonly Answer[];
  readonly identity: string;
}

/** @throws UsageError for a model or an adapter that is none, or a wording too long for it. */
export async function modelAnswers(
  wordings: readonly AlignedRequest[],
  words: ModelWords,
): Promise<ModelAnswers> {
  const model = await LocalModel.open(words);
  const line = progressLine(`${model.name} answers`);
  try {
    const blocks = byQuestion(wordings).map((block) => block.map((one) => promptOf(one, words)));
    const texts = await model.replies(blocks, line.update);
    const answers = wordings.map(({ questionId, paraphrase }, i) => ({
      ...{ questionId, paraphrase },
      text: trimAnswer(texts[i]!),
      ruleOfThumb: null,
    }));
    return { answers, identity: model.identity };
  } finally {
    line.end();
    model.dispose();
  }
}

function promptOf(wording: AlignedRequest, { prompt, seed }: ModelWords): LocalPrompt {
  const { questionId, paraphrase, question, sample } = wording;
  return {
    prompt: fillPrompt(prompt, question),
    seed: deriveSeed(seed, "answer", questionId, paraphrase, sample),
    sample,
    name: `wording ${paraphrase + 1} of question ${questionId}`,
  };
}

/** A block holds wordings of one question alone, so that a shard's answers are those of the whole to the last bit. */
function byQuestion(wordings: readonly AlignedRequest[]): AlignedRequest[][] {
  const blocks: AlignedRequest[][] = [];
  for (const wording of wordings) {
    const block = blocks.at(-1);
    const fits = block?.[0]?.questionId === wording.questionId && block.length < BLOCK;
    if (fits) block.push(wording);
    else blocks.push([wording]);
  }
  return blocks;
}
