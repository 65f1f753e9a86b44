import { expect, test } from "vitest";
import type { Corpus } from "../corpus/corpus";
import { demoStudy, resolveConfig } from "./presets";
import { storedSize } from "./stored-size";

const question = (id: number) => ({
  id,
  text: "?",
  topic: null,
  paraphrases: ["a", "b", "c", "d", "e"],
  recorded: null,
});
const corpusOf = (n: number): Corpus => ({
  name: "c",
  questions: Array.from({ length: n }, (_, i) => question(i)),
  recordedModel: null,
});
const config = resolveConfig(demoStudy);

test("a study of the demo stores some megabytes, most of them adapters and checkpoints", () => {
  const bytes = storedSize(config, corpusOf(40));
  expect(bytes).toBeGreaterThan(1e6);
  expect(bytes).toBeLessThan(4e7);
});

test("more questions, cycles, tokens or rank never take less", () => {
  const base = storedSize(config, corpusOf(40));
  const changed = [
    storedSize(config, corpusOf(80)),
    storedSize({ ...config, cycles: { ...config.cycles, max: 9 } }, corpusOf(40)),
    storedSize({ ...config, sampling: { ...config.sampling, maxNewTokens: 900 } }, corpusOf(40)),
    storedSize({ ...config, adapter: { ...config.adapter, rank: 64 } }, corpusOf(40)),
  ];
  for (const bytes of changed) expect(bytes).toBeGreaterThan(base);
});

test("a corpus of hundreds of thousands of questions is counted too", () => {
  expect(storedSize(config, corpusOf(200_000))).toBeGreaterThan(1e6);
});
