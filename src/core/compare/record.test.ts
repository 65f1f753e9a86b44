import { expect, test } from "vitest";
import { compareMethods, type MethodRun, type QuestionFigures } from "./methods";
import { comparisonRecord, readComparison } from "./record";
import { comparisonSentences } from "./sentences";

const question = (id: number, sage: number, over: Partial<QuestionFigures> = {}) => ({
  ...{ id, sage, net: 0.3, nearness: 0.6, distinct2: 1, words: 10 },
  ...over,
});
const model = (sage: number, over: Partial<QuestionFigures> = {}) =>
  [0, 0.01, 0.02, 0.03].map((more, id) => question(id, sage + more, over));
const run = (method: string, parts: Pick<MethodRun, "baseline" | "lora" | "trained">): MethodRun => ({
  ...{ method, seed: 1, betweenQuestions: 0.4, seconds: 1, peakBytes: null, sampled: 0 },
  ...parts,
}); // prettier-ignore
const options = { seed: 1, replicates: 200, confidence: 0.95 };
const compared = (...runs: MethodRun[]) => compareMethods(runs, options);

const lora = run("lora", { baseline: model(0.5), lora: model(0.7, { net: 0.5 }), trained: null });
const grpo = run("grpo", {
  baseline: model(0.5),
  lora: model(0.7),
  trained: model(0.8, { nearness: 0.4 }),
});

test("what was written reads the same, and null stays null", () => {
  const encoder = { name: "use-lite", revision: "1" };
  const results = compared(lora, grpo);
  const record = comparisonRecord({ corpus: "demo", encoder, questions: 4, confidence: 0.95, results }); // prettier-ignore
  expect(readComparison(JSON.stringify(record), "comparison.json")).toEqual(record);
});

test("a file that is none, is damaged or is newer is refused by its name and field", () => {
  const encoder = { name: "use-lite", revision: "1" };
  const record = comparisonRecord({ corpus: "demo", encoder, questions: 4, confidence: 0.95, results: compared(lora) }); // prettier-ignore
  const read = (change: object) => () =>
    readComparison(JSON.stringify({ ...record, ...change }), "c.json");
  expect(() => readComparison("{", "c.json")).toThrow("c.json: it is not JSON");
  expect(read({ format: "steadfast-report" })).toThrow("c.json: it is no comparison of methods");
  expect(read({ version: 2 })).toThrow("newer than this program's 1");
  expect(read({ questions: "many" })).toThrow(/c\.json, column "questions": .*expected number/i);
  expect(read({ results: [] })).toThrow('column "results"');
});

test("the sentences tell a gain from noise, its place, what a method adds to LoRA, and a guard that fell", () => {
  expect(comparisonSentences(compared(lora, grpo))).toEqual([
    "More consistent than the baseline beyond noise: lora and grpo.",
    "That the gain lies within questions is shown for lora: read the answers before you call the rest consistency.",
    "Adds to LoRA beyond noise: grpo.",
    "Similarity to the aligned answers fell below the baseline for grpo.",
  ]);
  const idle = run("dpo", { baseline: model(0.5), lora: model(0.5), trained: model(0.5) });
  expect(comparisonSentences(compared(idle))).toEqual([
    "No method is more consistent than its baseline beyond noise.",
    "No method that trains on after LoRA adds anything that can be told from 0.",
  ]);
});
