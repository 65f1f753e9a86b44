/** What a comparison of methods measures of a model's answers to the held-out questions. */
import type { Answer } from "../answers/answer";
import type { QuestionId } from "../corpus/corpus";
import type { Encoder } from "../encode/encoder";
import { betweenQuestions, questionSum } from "../measures/control";
import { meanDistinct, meanLength } from "../measures/texts";
import { nearness } from "../rewards/guards";
import { sageOfPairs } from "../sage/sage";
import { pairWeights } from "../sage/similarity";
import { mean } from "../statistics/moments";
import type { StudyConfig } from "../study/config";
import type { Hooks } from "../study/hooks";
import type { QuestionFigures } from "./methods";

export interface ModelFigures {
  readonly questions: readonly QuestionFigures[];
  /** Mean similarity of answers to different questions. */
  readonly betweenQuestions: number | null;
}

/**
 * Of each question with answers, in their order. An empty answer is left out, as in a study; with fewer than two answers
 * what compares them is null.
 * @param aligned  the aligned model's answers to the same questions.
 */
export async function figuresOf(
  answers: readonly Answer[],
  aligned: readonly Answer[],
  encoder: Encoder,
  { sage }: Pick<StudyConfig, "sage">,
  hooks: Hooks,
): Promise<ModelFigures> {
  const own = await embedded(answers, encoder, hooks);
  const other = await embedded(aligned, encoder, hooks);
  const groups = [...own.values()];
  const control = betweenQuestions(groups.map(({ vectors }) => questionSum(vectors)));
  const questions = [...own].map(([id, { texts, vectors }], i) => {
    const weights = pairWeights(vectors);
    const within = weights.length === 0 ? null : mean(weights);
    const between = control.ofQuestions[i]!.value;
    const anchors = other.get(id)?.vectors ?? [];
    const near = vectors.flatMap((vector) => nearness(vector, anchors) ?? []);
    const nodes = sage.nodes === "text" ? { nodes: sage.nodes, texts } : {};
    const { sageExponent } = sage;
    return {
      id,
      sage: sageOfPairs(weights, vectors.length, { sageExponent, ...nodes }).sage,
      net: within === null || between === null ? null : within - between,
      nearness: near.length === 0 ? null : mean(near),
      distinct2: meanDistinct(texts, 2).value,
      words: meanLength(texts).value,
    };
  });
  return { questions, betweenQuestions: control.mean };
}

interface Said {
  readonly texts: string[];
  readonly vectors: Float32Array[];
}

async function embedded(
  answers: readonly Answer[],
  encoder: Encoder,
  { signal }: Hooks,
): Promise<Map<QuestionId, Said>> {
  const said = answers.filter(({ text }) => text.trim() !== "");
  const vectors = await encoder.embed(
    said.map(({ text }) => text),
    { signal },
  );
  const groups = new Map<QuestionId, Said>(
    answers.map(({ questionId }) => [questionId, { texts: [], vectors: [] }]),
  );
  said.forEach(({ questionId, text }, i) => {
    const group = groups.get(questionId)!;
    group.texts.push(text);
    group.vectors.push(vectors[i]!);
  });
  return groups;
}
