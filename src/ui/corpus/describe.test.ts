import { expect, test } from "vitest";
import { limitOf, sizeOf } from "./describe";

const corpusOf = (...wordings: number[]) => ({
  name: "mine",
  recordedModel: null,
  questions: wordings.map((n, id) => ({
    id,
    text: "May one lie?",
    topic: null,
    paraphrases: new Array<string>(n).fill("Lie?"),
    recorded: null,
  })),
});

test("a corpus's size tells questions and wordings", () => {
  expect(sizeOf(corpusOf(5, 5))).toBe("2 questions × 5 wordings");
  expect(sizeOf(corpusOf(1))).toBe("1 question × 1 wording");
  expect(sizeOf(corpusOf(2, 5, 3))).toBe("3 questions, 2 to 5 wordings each");
});

test("questions with a single wording are told of", () => {
  expect(limitOf(corpusOf(2, 5))).toBeNull();
  expect(limitOf(corpusOf(1, 5))).toMatch(/^1 question has a single wording/);
  expect(limitOf(corpusOf(1, 1))).toMatch(/^2 questions have a single wording/);
});
