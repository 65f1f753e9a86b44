import { expect, test } from "vitest";
import type { QuestionScore } from "../core/study/scoring";
import { worstDisagreement } from "./disagreement";

const score = (id: number, sage: number | null, weights: number[], answered = [0, 1, 2]) =>
  ({ id, sage, weights, answered, n: answered.length }) as unknown as QuestionScore;
const question = (id: number) => ({
  ...{ id, text: `Question ${id}`, topic: null, recorded: null },
  paraphrases: ["first?", "second?", "third?", "fourth?"],
});
const answer = (questionId: number, paraphrase: number) => ({
  ...{ questionId, paraphrase, text: `${questionId} said to ${paraphrase}`, ruleOfThumb: null },
});
const answers = [1, 2].flatMap((id) => [0, 1, 2, 3].map((place) => answer(id, place)));

test("of the least consistent question the two answers that are least alike, by their wordings' numbers", () => {
  const scores = [
    score(1, 0.8, [0.8, 0.8, 0.8]),
    // The second wording was not answered: node 1 is the third wording.
    score(2, 0.3, [0.5, 0.9, 0.1], [0, 2, 3]),
  ];
  const found = worstDisagreement(scores, answers, [question(1), question(2)]);
  expect(found).toMatchObject({ question: "Question 2", similarity: 0.1 });
  expect(found?.sides).toEqual([
    { number: 3, wording: "third?", answer: "2 said to 2" },
    { number: 4, wording: "fourth?", answer: "2 said to 3" },
  ]);
});

test("where nothing has a score, or the question is gone, there is no example", () => {
  expect(worstDisagreement([score(1, null, [])], answers, [question(1)])).toBeNull();
  expect(worstDisagreement([score(1, 0.5, [0.1, 0.5, 0.5])], answers, [])).toBeNull();
});
