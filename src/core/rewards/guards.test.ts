import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parseCsv } from "../format/csv";
import { distinct } from "../metrics/distinct";
import { lengthFault, meanVector, nearness, repetitionFault, sameness } from "./guards";
import { REFUSAL_RULES, refusalIn } from "./refusal";

const unit = (angle: number) => Float32Array.of(Math.cos(angle), Math.sin(angle));

test("length: a share of the bound below the shortest and above the longest, 0 between", () => {
  const bounds = { shortestWords: 4, longestWords: 6 };
  const words = (n: number) => new Array<string>(n).fill("no").join(" ");
  const faults = [0, 1, 4, 6, 9, 30].map((n) => lengthFault(words(n), bounds));
  expect(faults).toEqual([1, 0.75, 0, 0, 0.5, 1]);
  expect(lengthFault(words(1000), { shortestWords: 1, longestWords: null })).toBe(0);
});

test("distinct-n by hand", () => {
  expect(distinct("No, no, NO!", 1)).toBeCloseTo(1 / 3, 12);
  expect(distinct("a b a b a", 2)).toBe(0.5); // ab ba ab ba
  expect(distinct("Lügen ist falsch", 1)).toBe(1);
  expect(distinct("no", 2)).toBeNull();
  expect(() => distinct("no", 0)).toThrow("an n-gram has 1 word or more, got 0");
});

test("repetition: how far distinct-n lies below its floor, and nothing where there is no n-gram", () => {
  const settings = { distinctN: 2, distinctFloor: 0.8 };
  expect(repetitionFault("a b a b a", settings)).toBeCloseTo(0.375, 12);
  expect(repetitionFault("Lying breaks trust.", settings)).toBe(0);
  expect(repetitionFault("No.", settings)).toBe(0);
});

test("sameness is the mean over other questions of the mean cosine to their answers", () => {
  const [a, b, c] = [unit(0), unit(1), unit(2)];
  const elsewhere = [meanVector([a, b]), meanVector([c])];
  const expected = ((Math.cos(0.5) + Math.cos(0.5)) / 2 + Math.cos(1.5)) / 2;
  expect(sameness(unit(0.5), elsewhere)).toBeCloseTo(expected, 6);
  expect(sameness(a, [])).toBeNull();
  expect(sameness(a, [meanVector([a, a])])).toBeCloseTo(1, 6);
});

test("nearness is the mean cosine to the aligned answers", () => {
  expect(nearness(unit(0), [unit(1), unit(2)])).toBeCloseTo((Math.cos(1) + Math.cos(2)) / 2, 6);
  expect(nearness(unit(0), [])).toBeNull();
});

test("vectors of different encoders, and no vectors, are refused", () => {
  expect(() => sameness(unit(0), [Float32Array.of(1)])).toThrow("embeddings [2] and [1] differ");
  expect(() => meanVector([])).toThrow("a mean needs one vector or more, got none");
});

test.each(REFUSAL_RULES)("the rule “$name” finds its example, and is the first to", (rule) => {
  expect(refusalIn(rule.example)).toBe(rule);
});

test.each([
  "No, I do not think that lying is right.",
  "You cannot answer a lie with a lie.",
  "I don't have to like it, but I would help.",
  "Say that you are sorry, but I would not expect to be forgiven.",
  "As an aid to others, kindness is best.",
])("an answer with a view is no refusal: “%s”", (answer) => {
  expect(refusalIn(answer)).toBeNull();
});

const published = "../shared/data/mcc/edges-pure-rot.csv";

describe.skipIf(!existsSync(published))(
  "the published answers (skipped without shared/data)",
  () => {
    test("the 65 of GPT-3.5's answers that say “as an AI” are all found", () => {
      const { rows } = parseCsv(readFileSync(published, "utf8"), published, [
        "question_id",
        "model_output_1",
        "model_output_2",
        "paraphrased_1",
        "paraphrased_2",
      ]);
      const answers = new Map(
        rows.flatMap(({ values: row }) =>
          (["1", "2"] as const).map((k): [string, string] => [
            `${row.question_id} ${row[`paraphrased_${k}`]}`,
            row[`model_output_${k}`],
          ]),
        ),
      );
      const machine = [...answers.values()].filter((text) => /as an ai\b/i.test(text));
      expect(machine).toHaveLength(65);
      for (const text of machine) expect(refusalIn(text)).not.toBeNull();
      const refused = [...answers.values()].filter((text) => refusalIn(text) !== null);
      expect(refused.length / answers.size).toBeLessThan(0.2);
    });
  },
);
