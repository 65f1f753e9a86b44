import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { sageOfPairs } from "../sage/sage";
import {
  computeMeasures,
  LISTED_NAMES,
  MEASURE_NAMES,
  MEASURES,
  measuredOf,
  type MeasureInput,
  SUMMARISED_NAMES,
} from "./registry";
import { clusterThresholdOf } from "./cluster-threshold";
import { STANCE_RULES } from "./stance";
import { meanOfMeasure, summariseMeasures } from "./summarise";

const weights = [0.9, 0.5, 0.8];
const score = { ...sageOfPairs(weights, 3), bleu: 0.1, rougeL: 0.2 };
const input: MeasureInput = {
  ...{ score, weights, clusterThreshold: 0.75 },
  texts: ["Yes, it is right.", "Yes.", "No."],
  contradictions: [false, true, true],
  again: [0.9, 0.95],
};

test("every measure is listed once, explained in a sentence, and told apart by its title", () => {
  expect(new Set(MEASURE_NAMES).size).toBe(MEASURE_NAMES.length);
  expect(new Set(MEASURES.map(({ title }) => title)).size).toBe(MEASURES.length);
  for (const { says } of MEASURES) expect(says).toMatch(/^[A-Z0-9].*\.$/);
  const fields = ["sage", "meanSimilarity", "evenness", "weakest", "bleu", "rougeL"];
  expect([...LISTED_NAMES, ...fields].sort()).toEqual([...MEASURE_NAMES].sort());
});

test("a question has a figure by every measure", () => {
  const measures = computeMeasures(input);
  const figures = Object.fromEntries(
    Object.entries(measures).map(([name, { value }]) => [name, value]),
  );
  expect(figures).toMatchObject({
    ...{ meanings: 1, semanticEntropy: 0, flipRate: 2 / 3, contradictionRate: 2 / 3 },
    ...{ refusalRate: 0, distinct1: 1, distinct2: 1, length: 2 },
  });
  expect(figures["resampledSimilarity"]).toBeCloseTo(0.925, 12);
  expect(figures["wordingEffect"]).toBeCloseTo(0.925 - 2.2 / 3, 12);
});

test("what a measure needs and lacks is its reason", () => {
  const bare = { ...input, clusterThreshold: null, contradictions: null, again: null };
  const reasons = Object.values(computeMeasures(bare)).flatMap(({ reason }) => reason ?? []);
  expect(reasons).toEqual([
    "for this encoder no threshold of one meaning was measured",
    "for this encoder no threshold of one meaning was measured",
    "no model of natural-language inference was given",
    "no wording was asked again",
    "no wording was asked again",
  ]);
  const alone = { ...sageOfPairs([], 1), bleu: null, rougeL: null };
  const one = computeMeasures({ ...input, score: alone, texts: ["Yes."], weights: [] });
  expect(one.meanings).toEqual({ value: null, n: 1, reason: alone.reason });
});

test("a score of before there were measures still has its fields, and a reason for the rest", () => {
  expect(measuredOf(score, "sage")).toEqual({ value: score.sage, n: 3, reason: null });
  expect(measuredOf(score, "flipRate")).toEqual({
    value: null,
    n: 3,
    reason: "the answers were scored before there was this measure",
  });
  const alone = { ...sageOfPairs([], 1), bleu: null, rougeL: null };
  expect(measuredOf(alone, "rougeL")).toEqual({ value: null, n: 1, reason: alone.reason });
});

test("a model's figure is the mean over the questions that have one, with n and interval", () => {
  const scores = [0, 1, 0.5].map((flip) => ({
    ...score,
    measures: { flipRate: { value: flip, n: 3, reason: null } },
  }));
  const undecided = {
    ...score,
    measures: { flipRate: { value: null, n: 0, reason: "fewer than 2 answers say yes or no" } },
  };
  const summaries = summariseMeasures([...scores, undecided], { seed: 1 });
  expect(Object.keys(summaries)).toEqual(SUMMARISED_NAMES);
  const { mean, n, interval } = summaries.flipRate!;
  expect({ mean, n }).toEqual({ mean: 0.5, n: 3 });
  expect(interval![0]).toBeLessThan(0.5);
  expect(interval![1]).toBeGreaterThan(0.5);
  expect(summaries.rougeL).toMatchObject({ n: 4, reason: null });
  expect(summaries.rougeL!.mean).toBeCloseTo(0.2, 12);
  expect(summaries.length).toMatchObject({ mean: null, interval: null, n: 0 });
  expect(summariseMeasures([], { seed: 1 }).evenness!.reason).toBe("no question was scored");
});

test("docs/measures.md has every measure, every stance rule with its example, and the thresholds", () => {
  const docs = readFileSync("docs/measures.md", "utf8").replaceAll(/ +/g, " ");
  for (const { title } of MEASURES) {
    const [short] = title.replace(/^Distinct-[12]$/, "Distinct-1/2").split(" (");
    expect(docs).toMatch(new RegExp(`^\\| (?:[\\w-]+, )?${short}(?:, [\\w-]+)? \\|`, "m"));
  }
  for (const { name, stance, example } of STANCE_RULES) {
    expect(docs).toContain(`| ${name} | ${stance} | ${example} |`);
  }
  expect(docs).toContain(`**${String(clusterThresholdOf("use-lite")).slice(1)} for USE-lite**`);
});

test("a measure's mean alone is that of its summary, and of nothing defined there is none", () => {
  const score = (sage: number | null, flips: number | null) => ({
    ...{ sage, meanSimilarity: sage, evenness: 1, weakest: null, n: 5, reason: null },
    ...{ bleu: 0.1, rougeL: null },
    measures: { flipRate: { value: flips, n: 10, reason: flips === null ? "says neither" : null } },
  });
  const scores = [score(0.5, 0.2), score(0.7, null), score(null, 0.4)];
  expect(meanOfMeasure(scores, "sage")).toEqual({ mean: 0.6, n: 2 });
  const { flipRate, rougeL } = summariseMeasures(scores, { seed: 1 });
  expect(meanOfMeasure(scores, "flipRate")).toEqual({ mean: flipRate!.mean, n: flipRate!.n });
  expect(meanOfMeasure(scores, "rougeL")).toEqual({ mean: null, n: 0 });
  expect(rougeL).toMatchObject({ mean: null, n: 0 });
});
