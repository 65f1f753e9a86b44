import { expect, test } from "vitest";
import { runAtOnce } from "../steps";
import type { Question } from "./corpus";
import { matching, NO_FILTER, type QuestionFilter } from "./search";

const question = (id: number, more: Partial<Question> = {}): Question => ({
  ...{ id, text: `Question ${id}?`, topic: null, paraphrases: ["May one lie?", "Lie?"] },
  recorded: null,
  ...more,
});
const questions: readonly Question[] = [
  question(1, { topic: "Honesty", foundations: ["care", "loyalty"] }),
  question(2, { recorded: [{ text: "No.", rot: null }], paraphrases: ["May one steal?"] }),
  question(3, { foundations: [], choices: { texts: ["A violin"], right: [0], best: 0 } }),
];
const found = (filter: Partial<QuestionFilter>) =>
  runAtOnce(matching(questions, { ...NO_FILTER, ...filter })).map((i) => questions[i]!.id);

test.each<[Partial<QuestionFilter>, readonly number[]]>([
  [{}, [1, 2, 3]],
  [{ words: "STEAL one" }, [2]],
  [{ words: "honesty" }, [1]],
  [{ words: "violin" }, [3]],
  [{ words: "lie steal" }, []],
  [{ foundation: "loyalty" }, [1]],
  [{ foundation: "none" }, [3]],
  [{ has: "answers" }, [2]],
  [{ has: "no-answers" }, [1, 3]],
  [{ has: "one-wording" }, [2]],
  [{ has: "no-answers", foundation: "care", words: "lie" }, [1]],
])("%j finds the questions %j", (filter, ids) => {
  expect(found(filter)).toEqual(ids);
});

test("a large corpus is searched in steps", () => {
  const many = Array.from({ length: 1_000 }, (_, i) => question(i));
  expect([...matching(many, NO_FILTER)]).toHaveLength(5);
  expect(runAtOnce(matching(many, { ...NO_FILTER, words: "question 777?" }))).toEqual([777]);
});
