/** Whether one answer to everything can win: real answers, the encoder that comes along. */
import { readFile } from "node:fs/promises";
import * as v from "valibot";
import { beforeAll, expect, test } from "vitest";
import { loadEncoder } from "../../src/cli/assets";
import { startWasm } from "../../src/cli/backend";
import { importDemoQuestions } from "../../src/core/corpus/demo-questions";
import type { Encoder } from "../../src/core/encode/encoder";
import { RewardConfig, type RewardName } from "../../src/core/rewards/config";
import { meanVector } from "../../src/core/rewards/guards";
import { payGroup } from "../../src/core/rewards/rewards";

const QUESTIONS = 20;
const settings = v.parse(RewardConfig, {});
let encoder: Encoder;
let answers: readonly (readonly string[])[];

beforeAll(async () => {
  await startWasm();
  encoder = await loadEncoder();
  const file = "public/demo/everyday_ethics.json";
  const { questions } = importDemoQuestions(await readFile(file, "utf8"), file, "recorded");
  answers = questions.slice(0, QUESTIONS).map(({ recorded }) => recorded!.map(({ text }) => text));
});

/** Mean score over all answers of a policy that gives question q the texts `said[q]`, aligned to the recorded ones. */
async function meanScore(name: RewardName, said: readonly (readonly string[])[]): Promise<number> {
  const vectors: (readonly Float32Array[])[] = [];
  for (const texts of said) vectors.push(await encoder.embed(texts));
  const means = vectors.map(meanVector);
  const scores: number[] = [];
  for (const [q, texts] of said.entries()) {
    const group = {
      texts,
      wordings: texts.map((_, i) => i),
      embeddings: vectors[q]!,
      aligned: await encoder.embed(answers[q]!),
      elsewhere: means.filter((_, other) => other !== q),
      seed: q,
    };
    scores.push(...payGroup(name, group, settings).map(({ score }) => score));
  }
  return scores.reduce((a, b) => a + b) / scores.length;
}

const CONSTANTS = [
  "It depends on the situation, but we should always be honest and kind to other people.",
  "No, it is usually wrong, because it harms other people and breaks their trust.",
  "It is wrong in most cases, but it can be acceptable in rare cases where it protects someone from harm.",
];

test.each(CONSTANTS)(
  "mean similarity alone is highest for one answer to everything: “%s”",
  async (text) => {
    const constant = answers.map((group) => group.map(() => text));
    const varied = await meanScore("mean-similarity", answers);
    expect(await meanScore("mean-similarity", constant)).toBeGreaterThan(varied);
  },
);

test.each(CONSTANTS)("under the recommended blend it loses by 0.2 or more: “%s”", async (text) => {
  const constant = await meanScore(
    "blend",
    answers.map((group) => group.map(() => text)),
  );
  const varied = await meanScore("blend", answers);
  expect(varied - constant).toBeGreaterThan(0.2);
});
