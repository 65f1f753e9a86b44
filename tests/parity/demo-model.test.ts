import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { startBackend } from "../../src/engine/backend";
import { generate } from "../../src/engine/generate/generate";
import { loadGpt2 } from "../../src/engine/gpt2/load";
import type { Gpt2 } from "../../src/engine/gpt2/model";
import { loadTokenizer } from "../../src/engine/tokenizer";

interface Reference {
  readonly prompt: string;
  readonly ids: number[];
  readonly last_logits_top50: { readonly ids: number[]; readonly values: number[] };
  readonly logsumexp: number;
  readonly greedy24: number[];
  readonly greedy24_text: string;
  readonly continuation_ids: number[];
  readonly continuation_logprobs: number[];
}

const { cases } = JSON.parse(
  readFileSync("tests/fixtures/demo-model/reference_outputs.json", "utf8"),
) as { cases: Reference[] };
const files = {
  name: "steadfast-mini",
  read: async (file: string) => new Uint8Array(readFileSync(`public/demo/model/${file}`)),
};

let model: Gpt2;
beforeAll(async () => {
  const wasmPath = `${process.cwd()}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`;
  await startBackend("wasm", { wasmPath });
  model = await loadGpt2(files);
});
afterAll(() => model.dispose());

/** Logits of every position of one sequence, [length][vocabulary]. */
async function logitsOf(ids: number[]): Promise<Float32Array[]> {
  const logits = tf.tidy(() => model.logits(model.hidden(tf.tensor2d([ids], undefined, "int32"))));
  const values = await logits.data<"float32">();
  logits.dispose();
  const { vocabulary } = model.config;
  return ids.map((_, i) => values.subarray(i * vocabulary, (i + 1) * vocabulary));
}

function logSumExp(logits: Float32Array): number {
  return Math.log(logits.reduce((sum, logit) => sum + Math.exp(logit), 0));
}

test.each(cases)(
  "the next token after $prompt has PyTorch's logits",
  async ({ ids, ...expected }) => {
    const last = (await logitsOf(ids)).at(-1)!;
    const { ids: top, values } = expected.last_logits_top50;
    expect(top.map((id) => last[id]!)).toBeAllClose(values, { atol: 1e-3 });
    expect(logSumExp(last)).toBeCloseTo(expected.logsumexp, 3);
  },
);

test.each(cases)("a given answer to $prompt has PyTorch's log-probabilities", async (expected) => {
  const { ids, continuation_ids: answer } = expected;
  const logits = await logitsOf([...ids, ...answer]);
  const logProbs = answer.map((id, i) => {
    const row = logits[ids.length - 1 + i]!;
    return row[id]! - logSumExp(row);
  });
  expect(logProbs).toBeAllClose(expected.continuation_logprobs, { atol: 1e-3 });
});

test("greedy answers are PyTorch's, all prompts in one batch", async () => {
  const tokenizer = await loadTokenizer(files);
  expect(cases.map(({ prompt }) => tokenizer.encode(prompt))).toEqual(cases.map(({ ids }) => ids));
  const answers = await generate(
    model,
    cases.map(({ ids }) => ({ ids, seed: 0 })),
    { temperature: 0, topK: 0, topP: 1, maxNewTokens: 24, endOfText: null },
  );
  expect(answers.map(({ ids }) => ids)).toEqual(cases.map(({ greedy24 }) => greedy24));
  expect(answers.map(({ ids }) => tokenizer.decode(ids))).toEqual(
    cases.map(({ greedy24_text }) => greedy24_text),
  );
});
