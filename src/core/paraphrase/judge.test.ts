import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { parseCsv } from "../format/csv";
import { formProblem, judgeParaphrase, PARAPHRASE_LIMITS } from "./judge";
import { diversity, paraScore } from "./para-score";

const QUESTION = "Is it wrong to lie to a friend?";
const OTHER = "May one tell a friend an untruth?";
const reasonOf = (text: string, similarity: number | null = 0.8, before: readonly string[] = []) =>
  judgeParaphrase(text, QUESTION, before, similarity).reason;

test("a wording in other words and of the same meaning passes", () => {
  const found = judgeParaphrase(OTHER, QUESTION, [], 0.8);
  expect(found).toMatchObject({ reason: null, similarity: 0.8 });
  expect(found.score).toBeCloseTo(0.8 + 0.05 * 0.35, 12);
});

test.each([
  ["empty", " … ", 0.8, "It is empty."],
  ["a statement", "It is wrong to lie to a friend.", 0.8, "It is no question"],
  ["too long", `${"and ".repeat(30)}so?`, 0.8, "It is too long: 31 words, where 20 are allowed."],
  ["the question", "is it wrong, to lie to a FRIEND?", 0.99, "It is the question itself."],
  ["a letter apart", "Is it wrong to lie to a fiend?", 0.9, "It is too close: 3 % of its characters differ, and 10 % must."], // prettier-ignore
  ["too similar", OTHER, 0.985, "its similarity to the question is 0.98, above 0.98"],
  ["of something else", OTHER, 0.3, "It is too far: its similarity to the question is 0.30, below 0.60."], // prettier-ignore
])("%s is rejected with its reason", (_, text, similarity, reason) => {
  expect(reasonOf(text, similarity)).toContain(reason);
});

test("a wording that is there already is named as it stands there", () => {
  expect(reasonOf("May one tell a friend an untruth ?", 0.8, ["Other?", OTHER])).toBe(
    `It is there already: “${OTHER}”`,
  );
});

test("without an encoder only form decides, and there is no score", () => {
  expect(judgeParaphrase(OTHER, QUESTION, [], null)).toMatchObject({
    ...{ reason: null, similarity: null, score: null },
  });
});

test("a bound on ParaScore refuses what lies below it", () => {
  const limits = { ...PARAPHRASE_LIMITS, minScore: 0.9 };
  expect(judgeParaphrase(OTHER, QUESTION, [], 0.8, limits).reason).toBe(
    "Its ParaScore is 0.82, below 0.90.",
  );
});

test("a question that ends without a question mark lets its wordings do so too", () => {
  expect(formProblem("Tell me if lying is wrong.", "Lying to friends, yes or no", [])).toBeNull();
});

test("ParaScore is the published formula: a copy loses, and beyond .35 difference gains nothing more", () => {
  expect(paraScore([1], 0)).toBeCloseTo(0.95, 12); // 1 + 0.05 · (−1)
  expect(diversity(0.175)).toBeCloseTo(-0.325, 12); // −1 + 0.175 · 1.35 / 0.35
  expect(paraScore([0.7], 0.35)).toBeCloseTo(0.7175, 12);
  expect(paraScore([0.7], 1)).toBe(paraScore([0.7], 0.35));
  expect(paraScore([0.2, 0.7], 0.5)).toBe(paraScore([0.7], 0.5)); // the closest of question and references
});

test("it grows with similarity and never falls with distance", () => {
  const unit = fc.double({ min: 0, max: 1, noNaN: true });
  fc.assert(
    fc.property(unit, unit, unit, (similarity, d, e) => {
      const [near, far] = [Math.min(d, e), Math.max(d, e)];
      expect(paraScore([similarity], far)).toBeGreaterThanOrEqual(paraScore([similarity], near));
      expect(paraScore([similarity], d)).toBeLessThanOrEqual(paraScore([1], d));
    }),
  );
});

test("what is no number or no distance is refused, and no NaN comes out", () => {
  expect(() => paraScore([], 0.5)).toThrow("needs similarities");
  expect(() => paraScore([NaN], 0.5)).toThrow("got NaN");
  expect(() => paraScore([1], 1.5)).toThrow("[0, 1], got 1.5");
});

const MCC = "../shared/data/mcc/questions.csv";
test.skipIf(!existsSync(MCC))(
  "form lets nearly all published paraphrases pass (skipped without ../shared)",
  () => {
    const columns = ["question", "paraphrased"] as const;
    const { rows } = parseCsv(readFileSync(MCC, "utf8"), "questions.csv", columns);
    const wrong = rows.flatMap(
      ({ values: { question, paraphrased } }) => formProblem(paraphrased, question, []) ?? [],
    );
    expect(rows).toHaveLength(500);
    expect(wrong.length / rows.length).toBeLessThan(0.1);
    expect(wrong.filter((reason) => !reason.startsWith("It is no question"))).toEqual([]);
  },
);
