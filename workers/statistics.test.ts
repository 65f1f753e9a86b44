import { expect, test } from "vitest";
import { agreementOf } from "../src/core/annotation/agreement";
import { compareMetrics } from "../src/core/statistics/metric-agreement";
import { connect, serve } from "../src/protocol/rpc";
import type { ComparisonProgress, StatisticsContract } from "../src/protocol/statistics";
import { somePairs } from "../tests/annotation/tasks";
import { statisticsHandlers } from "./statistics-handlers";

function client() {
  const { port1, port2 } = new MessageChannel();
  serve<StatisticsContract>(port2, statisticsHandlers);
  return connect<StatisticsContract>(port1);
}

const comparison = async (replicates: number) => {
  const pairs = await somePairs(20, 5);
  return {
    pairs: pairs.map(({ questionId }, i) => ({
      questionId,
      labels: [i % 3 ? "Y" : "N", "Y", "N"],
    })),
    texts: pairs.map(({ answers }) => [answers[0].text, answers[1].text] as const),
    metrics: [{ name: "m", of: "pair" as const, values: pairs.map((_, i) => i % 7) }],
    options: { seed: 1, replicates },
  };
};

test("the worker's agreement is core's", async () => {
  const pairs = await somePairs();
  const table = {
    raters: ["Ada", "Bo"].map((name) => ({ name, kind: "person" as const })),
    rows: pairs.map((pair, i) => ({ pair, labels: [i % 2 ? "Y" : "N", i % 3 ? "Y" : "N"] })),
  };
  const options = { na: "missing" as const, seed: 42, replicates: 100 };
  expect(await client().call("agreement", { table, options })).toEqual(agreementOf(table, options));
});

test("a comparison has BLEU and ROUGE-L of the texts beside the metrics given", async () => {
  const params = await comparison(20);
  const { metrics } = await client().call("compareMetrics", params);
  expect(metrics.map(({ name }) => name)).toEqual(["BLEU", "ROUGE-L", "m"]);
  const alone = compareMetrics(params.pairs, params.metrics, params.options);
  expect(metrics[2]).toEqual(alone.metrics[0]);
});

test("a comparison reports how far it is, and stops when it is cancelled", async () => {
  const controller = new AbortController();
  const seen: ComparisonProgress[] = [];
  const onProgress = (progress: ComparisonProgress) => {
    seen.push(progress);
    controller.abort();
  };
  const call = client().call("compareMetrics", await comparison(1_000_000), {
    signal: controller.signal,
    onProgress,
  });
  await expect(call).rejects.toMatchObject({ code: "AbortError" });
  expect(seen[0]).toMatchObject({ part: "resamples", total: 1_000_000 });
  expect(seen.length).toBeLessThan(4);
});
