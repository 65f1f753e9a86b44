import { expect, test } from "vitest";
import type { Corpus } from "../core/corpus/corpus";
import { recordedAnswers } from "./recorded";

const corpus: Corpus = {
  name: "small",
  recordedModel: "someone",
  questions: [
    {
      id: 7,
      text: "May one lie?",
      topic: null,
      paraphrases: ["Is lying fine?", "May I lie?"],
      recorded: [
        { text: "No.", rot: "Lying is wrong." },
        { text: "Never.", rot: null },
      ],
    },
  ],
};
const signal = new AbortController().signal;

test("each wording gets the answer that was recorded for it", async () => {
  const answers = await recordedAnswers(corpus).answer(
    [{ questionId: 7, paraphrase: 1, sample: 0, question: "May I lie?" }],
    { signal },
  );
  expect(answers).toEqual([{ questionId: 7, paraphrase: 1, text: "Never.", ruleOfThumb: null }]);
});

test("a corpus without recorded answers is refused before the study starts", () => {
  expect(() => recordedAnswers({ ...corpus, recordedModel: null })).toThrow(
    /no recorded answers; import it/,
  );
});

test("a question that lacks one is named", () => {
  const [question] = corpus.questions;
  const questions = [{ ...question!, recorded: question!.recorded!.slice(1) }];
  expect(() => recordedAnswers({ ...corpus, questions })).toThrow(
    "question 7 of small has 1 recorded answers for 2",
  );
});
