import type { Answer } from "../answers/answer";
import type { Corpus } from "../corpus/corpus";
import { toCsv } from "./csv";

/** Answers in MCC's long format, one row a wording: what `importMcc` and `steadfast score` read. */
export function answersCsv(
  { questions }: Pick<Corpus, "questions">,
  answers: readonly Answer[],
): string {
  const byId = new Map(questions.map((question) => [question.id, question]));
  const hasRules = answers.some(({ ruleOfThumb }) => ruleOfThumb !== null);
  const rows = answers.map(({ questionId, paraphrase, text, ruleOfThumb }) => {
    const question = byId.get(questionId)!;
    return {
      question_id: questionId,
      question: question.text,
      paraphrased: question.paraphrases[paraphrase]!,
      model_output: text,
      rot: ruleOfThumb,
    };
  });
  const columns = ["question_id", "question", "paraphrased", "model_output"] as const;
  return hasRules ? toCsv([...columns, "rot"], rows) : toCsv(columns, rows);
}
