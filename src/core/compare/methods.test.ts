import { expect, test } from "vitest";
import { compareMethods, type MethodRun, type QuestionFigures } from "./methods";
import { comparisonCsv, comparisonMarkdown } from "./table";

const options = { seed: 1, replicates: 500, confidence: 0.95 };
const question = (id: number, sage: number | null): QuestionFigures => ({
  ...{ id, sage, net: 0.3, nearness: 0.6, distinct2: 1, words: 10 },
});
const model = (...sage: (number | null)[]) => sage.map((x, i) => question(i, x));

const runs: readonly MethodRun[] = [
  run("lora", 1, model(0.5, 0.5, 0.6), model(0.6, 0.7, 0.7), null),
  run("lora", 2, model(0.5, 0.5, 0.6), model(0.8, 0.7, 0.7), null),
  run("grpo", 1, model(0.5, 0.5, 0.6), model(0.6, 0.7, 0.7), model(0.7, 0.7, 0.6)),
  run("grpo", 2, model(0.5, 0.5, 0.6), model(0.8, 0.7, 0.7), model(0.9, 0.7, null)),
];

function run(
  method: string,
  seed: number,
  baseline: QuestionFigures[],
  lora: QuestionFigures[],
  trained: QuestionFigures[] | null,
): MethodRun {
  const cost = { seconds: 60 * seed, peakBytes: null, sampled: trained ? 280 : 0 };
  return { ...{ method, seed, baseline, lora, trained, betweenQuestions: 0.4 }, ...cost };
}

const find = (method: string, against: "baseline" | "lora") =>
  compareMethods(runs, options)
    .find((result) => result.method === method)!
    .differences.find((one) => one.measure === "sage" && one.against === against)!;

test("a question's difference is the mean of its seeds, against its own run's models", () => {
  const { paired, bySeed } = find("grpo", "lora");
  expect(paired).toMatchObject({ n: 3, higher: 1, equal: 1, lower: 1 });
  expect(paired.meanDifference).toBeCloseTo((0.1 + 0 - 0.1) / 3, 12);
  expect(bySeed[0]).toBeCloseTo(0, 12);
  expect(bySeed[1]).toBeCloseTo(0.05, 12); // seed 2 lacks the third question
  expect(find("lora", "baseline").paired.meanDifference).toBeCloseTo((0.2 + 0.2 + 0.1) / 3, 12);
});

test("LoRA alone is held against the baseline, and costs are means of the runs", () => {
  const [lora, grpo] = compareMethods(runs, options);
  expect(new Set(lora!.differences.map(({ against }) => against))).toEqual(new Set(["baseline"]));
  expect(new Set(grpo!.differences.map(({ against }) => against)).size).toBe(2);
  expect(grpo).toMatchObject({ seconds: 90, peakBytes: null, sampled: 280, seeds: [1, 2] });
});

test("seeds do not make questions: the same figures from more seeds leave n and the interval as they are", () => {
  const twice = [...runs, ...runs.map((one) => ({ ...one, seed: one.seed + 2 }))];
  const before = compareMethods(runs, options)[1]!.differences[0]!.paired;
  const after = compareMethods(twice, options)[1]!.differences[0]!.paired;
  expect(after.n).toBe(before.n);
  expect(after.interval!.low).toBeCloseTo(before.interval!.low, 12);
});

test("the page holds a row a method with its intervals, and the CSV one for each measure and model", () => {
  const results = compareMethods(runs, options);
  const page = comparisonMarkdown(results, { questions: 3, confidence: 0.95 });
  expect(page).toContain("| grpo | 0.720 | +0.167");
  expect(page).toContain("| 1/1/1 |");
  expect(page).toContain("| lora | 0.700 | +0.167");
  expect(page).toContain("grpo 0.000, +0.050.");
  const rows = comparisonCsv(results).trim().split("\r\n");
  expect(rows).toHaveLength(1 + 5 + 10);
  expect(rows[0]).toBe(
    "method,measure,mean,against,difference,low,high,n,higher,equal,lower,p,seeds",
  );
});
