import { existsSync, readFileSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { importEdges } from "../corpus/edges";
import { parseQuestionId } from "../corpus/corpus";
import { parseCsv } from "../format/csv";
import { sageOfPairs } from "../sage/sage";
import { compareMetrics, type MetricComparison } from "./metric-agreement";
import {
  type LabelledPair,
  majorityOf,
  type MetricValues,
  type Statistic,
} from "./metric-estimators";
import type { Unit } from "./alpha-level";
import { rocAuc } from "./roc";
import { weightedAuc } from "./weighted-auc";

const items = fc.array(
  fc.record({ score: fc.integer({ min: 0, max: 4 }), positive: fc.boolean(), group: fc.nat(3) }),
  { maxLength: 20 },
);

test("a weighted AUC is the AUC of items repeated as often as their group is drawn", () => {
  fc.assert(
    fc.property(items, fc.tuple(fc.nat(3), fc.nat(3), fc.nat(3), fc.nat(3)), (list, weights) => {
      const of = (rows: typeof list) =>
        rocAuc(
          rows.map(({ score }) => score),
          rows.map(({ positive }) => positive),
        );
      const repeated = list.flatMap((item) =>
        Array.from({ length: weights[item.group]! }, () => item),
      );
      const auc = weightedAuc(
        list.map(({ score }) => score),
        list.map(({ positive }) => positive),
        list.map(({ group }) => group),
      )(Int32Array.from(weights));
      const expected = of(repeated);
      if (expected === null) expect(auc).toBeNull();
      else expect(auc).toBeCloseTo(expected, 12);
    }),
  );
});

test.each([
  [["Y", "Y", "N"], "Y"],
  [["N", "NA", null], "N"],
  [["Y", "N", "NA"], null],
  [["NA", "NA", null], null],
])("the majority of %j is %s", (labels, majority) => {
  expect(majorityOf(labels)).toBe(majority);
});

const pairs: LabelledPair[] = [
  { questionId: 1, labels: ["Y", "Y"] },
  { questionId: 1, labels: ["N", "N"] },
  { questionId: 2, labels: ["Y", "Y"] },
  { questionId: 2, labels: ["Y", "N"] },
];

test("a metric that is people's own share has every statistic 1", () => {
  const metric: MetricValues = { name: "share", of: "pair", values: [1, 0, 1, 0.5] };
  const { metrics } = compareMetrics(pairs, [metric], { seed: 1, replicates: 50 });
  for (const s of ["auc", "pearson", "spearman", "kendall"] as const)
    expect(metrics[0]![s].value).toBeCloseTo(1, 12);
  expect(metrics[0]!.auc.n).toBe(3); // the tie is left out
  expect(metrics[0]!.kendall.n).toBe(2);
});

test("a question's figure has no AUC, and metrics with different gaps are not compared", () => {
  const { metrics, differences } = compareMetrics(
    pairs,
    [
      {
        name: "SaGE",
        of: "question",
        values: new Map([
          [1, 0.2],
          [2, 0.9],
        ]),
      },
      { name: "cosine", of: "pair", values: [0.9, 0.1, null, null] },
    ],
    { seed: 1, replicates: 50 },
  );
  expect(metrics[0]!.auc).toEqual({
    value: null,
    interval: null,
    n: 0,
    reason: "SaGE is a figure of a question, not of a pair",
  });
  expect(metrics[1]!.auc.value).toBe(1);
  expect(metrics[1]!.pearson.reason).toBe("a correlation needs at least 2 values, got 1");
  expect(differences.map(({ difference }) => difference)).toEqual([null, null, null, null]);
});

test("different gaps are said to be why two metrics are not compared", () => {
  const three = [...pairs, { questionId: 3, labels: ["N", "N"] }];
  const { differences } = compareMetrics(
    three,
    [
      { name: "a", of: "pair", values: [1, 0.5, 0.8, 0.6, 0] },
      { name: "b", of: "pair", values: [1, 0.5, 0.8, 0.6, null] },
    ],
    { seed: 1, replicates: 20 },
  );
  expect(differences.find(({ statistic }) => statistic === "pearson")).toMatchObject({
    difference: null,
    reason: "the two rest on different values (3 and 2); compare them over the same",
  });
});

test("equal shares of Y tie in whatever order a question's pairs come", () => {
  const third = ["Y", "N", "N"];
  const shares: Unit[] = [third, third, third, ["Y", "N"]]; // sums 1.5, and 1.4999999999999998 the other way round
  const labelled = [shares, shares.toReversed(), [["N"]]].flatMap((units, questionId) =>
    units.map((labels): LabelledPair => ({ questionId, labels })),
  );
  const values = new Map([
    [0, 1],
    [1, 1],
    [2, 0],
  ]);
  const options = { seed: 1, replicates: 10 };
  const [metric] = compareMetrics(
    labelled,
    [{ name: "m", of: "question", values }],
    options,
  ).metrics;
  expect(metric!.kendall.value).toBe(1);
});

test("one question has values without an interval", () => {
  const [metric] = compareMetrics(pairs.slice(0, 2), [{ name: "m", of: "pair", values: [1, 0] }], {
    seed: 1,
  }).metrics;
  expect(metric!.auc).toEqual({
    value: 1,
    interval: null,
    n: 2,
    reason: "an interval needs at least 2 questions",
  });
});

test("refuses no replicates", () => {
  expect(() => compareMetrics([], [], { seed: 1, replicates: 0 })).toThrow(
    "replicates must be a positive integer, got 0",
  );
});

test("refuses a metric of another length and two of one name", () => {
  const metric: MetricValues = { name: "m", of: "pair", values: [1] };
  expect(() => compareMetrics(pairs, [metric], { seed: 1 })).toThrow(
    'metric "m" has 1 values for 4 pairs',
  );
  expect(() =>
    compareMetrics(
      [],
      [
        { ...metric, values: [] },
        { ...metric, values: [] },
      ],
      { seed: 1 },
    ),
  ).toThrow('two metrics are named "m"');
});

const folder = "../shared/data/mcc/";
const read = (file: string) => readFileSync(folder + file, "utf8");
const column = (file: string, name: string) =>
  parseCsv(read(file), file, [name]).rows.map(({ values }) => Number(values[name]));

function published(): MetricComparison {
  const { rows } = parseCsv(read("human-annotations.csv"), "h.csv", [
    "question_id",
    "ann1",
    "ann2",
    "ann3",
  ]);
  const labelled = rows.map(({ values }) => ({
    questionId: parseQuestionId(values.question_id),
    labels: [values.ann1, values.ann2, values.ann3],
  }));
  const mixed = "edges-0.8a-0.2r.csv";
  const pair = (name: string, values: number[]): MetricValues => ({ name, of: "pair", values });
  const sage = new Map(
    importEdges(read(mixed), mixed, "cosine_rot").map(({ id, weights, n }) => [
      id,
      sageOfPairs(weights, n).sage,
    ]),
  );
  return compareMetrics(
    labelled,
    [
      { name: "SaGE", of: "question", values: sage },
      pair("BLEU", column(mixed, "bleu_model_output")),
      pair("ROUGE-L", column(mixed, "rouge_model_output")),
      pair("BERTScore", column("edges-pure-rot.csv", "bert_model_output")),
      pair("cosine", column(mixed, "cosine_model_output")),
      pair("0.8a + 0.2r", column(mixed, "cosine_rot")),
    ],
    { seed: 42 },
  );
}

describe.skipIf(!existsSync(folder))(
  "the published MCC files (skipped without ../shared/data)",
  () => {
    const comparison = existsSync(folder) ? published() : { metrics: [], differences: [] };
    const metric = (name: string) => comparison.metrics.find((m) => m.name === name)!;

    test.each([
      ["BLEU", 0.695, 0.377, 0.389, 0.267],
      ["ROUGE-L", 0.736, 0.446, 0.468, 0.33],
      ["BERTScore", 0.758, 0.465, 0.486, 0.352],
      ["cosine", 0.771, 0.56, 0.543, 0.401],
      ["0.8a + 0.2r", 0.771, 0.591, 0.554, 0.408],
      ["SaGE", null, 0.574, 0.536, 0.397],
    ])(
      "%s: AUC %d, Pearson %d, Spearman %d, Kendall %d",
      (name, auc, pearson, spearman, kendall) => {
        const figures = { auc, pearson, spearman, kendall };
        for (const [statistic, expected] of Object.entries(figures)) {
          const { value, n } = metric(name)[statistic as Statistic];
          if (expected === null) {
            expect(value).toBeNull();
            continue;
          }
          expect(Math.abs(value! - expected)).toBeLessThanOrEqual(0.0015); // printed with three digits, ties by rounding
          expect(n).toBe(statistic === "auc" ? 978 : 100);
        }
      },
    );

    test.each([
      ["SaGE", 0.375, 0.723],
      ["cosine", 0.338, 0.728],
      ["BERTScore", 0.317, 0.604],
      ["ROUGE-L", 0.323, 0.555],
      ["BLEU", 0.237, 0.506],
    ])("%s: the interval of Pearson's r is about [%d, %d]", (name, low, high) => {
      const { interval } = metric(name).pearson;
      expect(Math.abs(interval!.low - low)).toBeLessThan(0.02);
      expect(Math.abs(interval!.high - high)).toBeLessThan(0.02);
    });

    test("SaGE's lead over BERTScore and over the mean cosine lies within chance", () => {
      const difference = (second: string) =>
        comparison.differences.find(
          (d) => d.first === "SaGE" && d.second === second && d.statistic === "pearson",
        )!;
      expect(difference("BERTScore").difference).toBeCloseTo(0.574 - 0.465, 2);
      expect(Math.abs(difference("BERTScore").interval!.low + 0.036)).toBeLessThan(0.02);
      expect(Math.abs(difference("BERTScore").interval!.high - 0.241)).toBeLessThan(0.02);
      expect(Math.abs(difference("cosine").interval!.low + 0.043)).toBeLessThan(0.02);
      expect(Math.abs(difference("cosine").interval!.high - 0.074)).toBeLessThan(0.02);
    });
  },
);
