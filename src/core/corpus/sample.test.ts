import fc from "fast-check";
import { expect, test } from "vitest";
import { drawQuestions, splitQuestions } from "./sample";

const corpus = Array.from({ length: 40 }, (_, i) => ({ id: i + 1 }));

test("every question is in one set, in the corpus's order, and the fixed ones are evaluated", () => {
  const cases = fc.record({
    evaluationQuestions: fc.integer({ min: 3, max: 40 }),
    alwaysEvaluate: fc.uniqueArray(fc.integer({ min: 1, max: 40 }), { maxLength: 3 }),
    seed: fc.integer(),
  });
  fc.assert(
    fc.property(cases, (options) => {
      const { evaluation, train } = splitQuestions(corpus, options);
      expect(evaluation).toHaveLength(options.evaluationQuestions);
      expect([...evaluation, ...train].sort((a, b) => a.id - b.id)).toEqual(corpus);
      expect(evaluation).toEqual([...evaluation].sort((a, b) => a.id - b.id));
      expect(evaluation.map(({ id }) => id)).toEqual(
        expect.arrayContaining(options.alwaysEvaluate),
      );
      expect(splitQuestions(corpus, options)).toEqual({ evaluation, train });
    }),
  );
});

test("another seed draws another evaluation set", () => {
  const split = (seed: number) =>
    splitQuestions(corpus, { evaluationQuestions: 12, alwaysEvaluate: [1], seed }).evaluation;
  expect(split(1)).not.toEqual(split(2));
});

test.each([
  [
    { evaluationQuestions: 5, alwaysEvaluate: [99] },
    "questions.alwaysEvaluate: question 99 is not in the corpus; take it out, or name another id",
  ],
  [
    { evaluationQuestions: 5, alwaysEvaluate: ["1"] },
    "questions.alwaysEvaluate: question 1 is not in the corpus; take it out, or name another id",
  ],
  [
    { evaluationQuestions: 1, alwaysEvaluate: [1, 2] },
    "questions.evaluation is 1, but questions.alwaysEvaluate alone has 2",
  ],
  [
    { evaluationQuestions: 41, alwaysEvaluate: [] },
    "questions.evaluation must be a whole number from 0 to the corpus's 40, got 41",
  ],
  [
    { evaluationQuestions: 1.5, alwaysEvaluate: [] },
    "questions.evaluation must be a whole number from 0 to the corpus's 40, got 1.5",
  ],
])("refuses the split %j", (options, message) => {
  expect(() => splitQuestions(corpus, { ...options, seed: 1 })).toThrow(new RangeError(message));
});

test("draws different questions in the corpus's order, the same for the same seed", () => {
  const drawn = drawQuestions(corpus, 10, 3);
  expect(new Set(drawn).size).toBe(10);
  expect(drawn).toEqual([...drawn].sort((a, b) => a.id - b.id));
  expect(drawQuestions(corpus, 10, 3)).toEqual(drawn);
  expect(drawQuestions(corpus, 10, 4)).not.toEqual(drawn);
});

test("refuses to draw more questions than there are", () => {
  expect(() => drawQuestions(corpus, 41, 1)).toThrow(
    "count must be a whole number from 0 to the corpus's 40, got 41",
  );
});
