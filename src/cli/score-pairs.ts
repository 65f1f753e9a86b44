import type { Corpus } from "../core/corpus/corpus";
import { toCsv } from "../core/format/csv";
import { pairMeasures } from "../core/measures/pair-measures";
import type { ScoredQuestion } from "../core/study/scoring";

const COLUMNS = [
  ...([
    "question_id",
    "paraphrased_1",
    "model_output_1",
    "paraphrased_2",
    "model_output_2",
  ] as const),
  ...(["similarity", "bleu_model_output", "rouge_model_output", "flip", "contradiction"] as const),
] as const;

/** A row a pair of answers, in the layout of MCC's edges; 1 for yes, 0 for no, empty where it is not known. */
export function pairsCsv({ questions }: Corpus, scored: readonly ScoredQuestion[]): string {
  const rows = scored.flatMap(({ score: { answered, weights }, contradictions }, i) => {
    const { id, paraphrases, recorded } = questions[i]!;
    const texts = answered.map((place) => recorded![place]!.text);
    return pairMeasures(texts, weights, contradictions).map((pair) => {
      const [first, second] = pair.places;
      return {
        question_id: id,
        paraphrased_1: paraphrases[answered[first]!]!,
        model_output_1: texts[first]!,
        paraphrased_2: paraphrases[answered[second]!]!,
        model_output_2: texts[second]!,
        similarity: pair.similarity,
        bleu_model_output: pair.bleu,
        rouge_model_output: pair.rougeL,
        flip: pair.flip === null ? null : Number(pair.flip),
        contradiction: pair.contradiction === null ? null : Number(pair.contradiction),
      };
    });
  });
  return toCsv(COLUMNS, rows);
}
