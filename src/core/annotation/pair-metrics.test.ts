import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { digest } from "../../../tests/annotation/tasks";
import { bleu } from "../metrics/bleu";
import { rougeL } from "../metrics/rouge-l";
import { sageOfPairs } from "../sage/sage";
import { compareMetrics } from "../statistics/metric-agreement";
import { runAtOnce } from "../steps";
import { labelledPairs } from "./label-table";
import { importLabels } from "./labels-csv";
import { textsOf } from "./match-pairs";
import { importPairMetrics, metricsFor, textMetrics } from "./pair-metrics";

const edges = `question_id,model_output_1,model_output_2,note,bleu_model_output,cosine_model_output
1,a,b,x,0.1,0.9
1,a,c,y,0.1,0.7
1,b,c,z,0.1,0.5
2,a,b,z,0.1,
`;

test("columns of numbers are metrics, and a similarity gives SaGE for full questions", () => {
  const file = importPairMetrics(edges, "e.csv");
  expect(file.columns).toEqual([{ name: "cosine_model_output", values: [0.9, 0.7, 0.5, null] }]);
  const pairs = [file.rows[2]!, file.rows[3]!, file.rows[0]!];
  expect(metricsFor(pairs, file)).toEqual([
    { name: "cosine_model_output", of: "pair", values: [0.5, null, 0.9] },
    {
      name: "SaGE of cosine_model_output",
      of: "question",
      values: new Map([[1, sageOfPairs([0.9, 0.7, 0.5], 3).sage]]),
    },
  ]);
  expect(metricsFor([{ questionId: 9, texts: ["a", "b"] }], file)).toEqual([]);
});

test("a question whose rows are not all its pairs in order has no SaGE", () => {
  const header = "question_id,model_output_1,model_output_2,cosine";
  const reversed = ["1,c,d,0.1", "1,b,d,0.2", "1,b,c,0.3", "1,a,d,0.4", "1,a,c,0.5", "1,a,b,0.6"];
  const chain = ["2,a,b,0.6", "2,b,c,0.3", "2,c,d,0.1"]; // as many as three answers have
  const file = importPairMetrics([header, ...reversed, ...chain].join("\n"), "e.csv");
  expect(metricsFor(file.rows, file).map(({ name }) => name)).toEqual(["cosine"]);
  const inOrder = importPairMetrics([header, ...reversed.reverse()].join("\n"), "e.csv");
  expect(metricsFor(inOrder.rows, inOrder)[1]).toMatchObject({ name: "SaGE of cosine" });
});

test("a file without numbers has no metrics, and one without texts is refused", () => {
  const text = "question_id,model_output_1,model_output_2,note\n1,a,b,x\n";
  expect(importPairMetrics(text, "e.csv").columns).toEqual([]);
  expect(() => importPairMetrics("question_id,cosine\n1,0.5\n", "e.csv")).toThrow(
    'e.csv, row 1, column "model_output_1": the column is missing',
  );
});

test("BLEU and ROUGE-L come from the answers, a step a pair", () => {
  const steps = textMetrics([["the cat sat", "the cat ran"]]);
  expect(steps.next().value).toEqual({ done: 1, total: 1 });
  const metrics = runAtOnce(textMetrics([["the cat sat", "the cat ran"]]));
  expect(metrics).toEqual([
    { name: "BLEU", of: "pair", values: [bleu("the cat sat", "the cat ran")] },
    { name: "ROUGE-L", of: "pair", values: [rougeL("the cat sat", "the cat ran")] },
  ]);
});

const folder = "../shared/data/mcc/";
const read = (file: string) => readFileSync(folder + file, "utf8");
describe.skipIf(!existsSync(folder))("the published files (skipped without ../shared/data)", () => {
  test("texts and edges give the published AUCs and correlations on all pairs", async () => {
    const table = await importLabels(read("human-annotations.csv"), "h.csv", digest);
    const pairs = table.rows.map(({ pair }) => textsOf(pair));
    const metrics = [
      ...runAtOnce(textMetrics(pairs.map(({ texts }) => texts))),
      ...metricsFor(pairs, importPairMetrics(read("edges-0.8a-0.2r.csv"), "e.csv")),
    ];
    const { metrics: found } = compareMetrics(labelledPairs(table), metrics, {
      seed: 42,
      replicates: 10,
    });
    const of = (name: string) => found.find((metric) => metric.name === name)!;
    expect(of("BLEU").auc.value).toBeCloseTo(0.695, 3);
    expect(of("ROUGE-L").auc.value).toBeCloseTo(0.736, 2);
    expect(of("cosine_model_output").auc.value).toBeCloseTo(0.771, 2);
    expect(of("cosine_model_output").auc.n).toBe(978); // the four re-encoded rows among them
    expect(of("SaGE of cosine_rot").pearson.value).toBeCloseTo(0.574, 3);
    expect(of("SaGE of cosine_rot").pearson.n).toBe(100);
  });
});
