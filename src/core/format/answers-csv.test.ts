import { expect, test } from "vitest";
import { importMcc } from "../corpus/mcc";
import type { Corpus } from "../corpus/corpus";
import { answersCsv } from "./answers-csv";

const question = (id: number, paraphrases: string[]) => ({
  id,
  text: `Question ${id}?`,
  topic: null,
  paraphrases,
  recorded: null,
});
const corpus: Corpus = {
  name: "two",
  questions: [question(1, ["A?", "B?"]), question(2, ["C?", "D?"])],
  recordedModel: null,
};
const answer = (questionId: number, paraphrase: number, text: string) => ({
  questionId,
  paraphrase,
  text,
  ruleOfThumb: null,
});

test("answers come back as recorded answers when the file is imported as a corpus", () => {
  const csv = answersCsv(corpus, [answer(2, 0, "Yes, always."), answer(2, 1, "=no")]);
  expect(csv.split("\r\n")[0]).toBe("question_id,question,paraphrased,model_output");
  const { questions } = importMcc(csv, "answers.csv");
  expect(questions).toHaveLength(1); // question 1 was not asked
  expect(questions[0]).toMatchObject({ id: 2, text: "Question 2?", paraphrases: ["C?", "D?"] });
  expect(questions[0]!.recorded!.map(({ text }) => text)).toEqual(["Yes, always.", "=no"]);
});

test("an empty answer is an empty cell", () => {
  const csv = answersCsv(corpus, [answer(1, 0, "Yes."), answer(1, 1, "")]);
  expect(csv).toContain("1,Question 1?,B?,\r\n");
});
