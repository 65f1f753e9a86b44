import * as tf from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test, onTestFinished, vi } from "vitest";
import { diskFolder } from "../../../tests/parity/folder";
import { loadGoldenModel } from "../../../tests/parity/gpt2-cases";
import { startBackend } from "../backend";
import type { Gpt2 } from "../gpt2/model";
import { generate, type TokenPrompt } from "./generate";

const wasmPath = `${process.cwd()}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`;
const options = { temperature: 1, topK: 0, topP: 1, maxNewTokens: 10 };
const prompts: TokenPrompt[] = [
  { ids: [3, 14, 15, 92, 65], seed: 1 },
  { ids: [7], seed: 2 },
  { ids: [11, 12, 18, 88, 23, 0, 27, 9], seed: 3 },
  { ids: [50, 60], seed: 4 },
];

let model: Gpt2;
beforeAll(async () => {
  await startBackend("wasm", { wasmPath });
  model = await loadGoldenModel(diskFolder("tests/fixtures/golden"));
});
afterAll(() => model.dispose());

/** Greedy decoding without cache, padding or batch. */
async function recompute(ids: readonly number[], count: number): Promise<number[]> {
  const sequence = [...ids];
  for (let i = 0; i < count; i++) {
    const logits = tf.tidy(() =>
      model.logits(model.hidden(tf.tensor2d([sequence], undefined, "int32"))),
    );
    const last = (await logits.data<"float32">()).slice(-model.config.vocabulary);
    logits.dispose();
    sequence.push(last.indexOf(Math.max(...last)));
  }
  return sequence.slice(ids.length);
}

test("cache, padding and batch give what recomputing each row alone gives", async () => {
  const greedy = { ...options, temperature: 0, endOfText: null };
  const answers = await generate(model, prompts, greedy);
  for (const [i, { ids }] of prompts.entries()) {
    expect(answers[i]!.ids).toEqual(await recompute(ids, options.maxNewTokens));
  }
});

test("a row's answer does not depend on its neighbours, their number or the batch size", async () => {
  const together = await generate(model, prompts, options);
  const split = await generate(model, prompts, { ...options, maxBatch: 3 });
  const alone = await generate(model, [prompts[2]!], options);
  expect(split).toEqual(together);
  expect(alone[0]).toEqual(together[2]);
});

test("the seed decides the answer", async () => {
  const twice = [prompts[0]!, prompts[0]!, { ...prompts[0]!, seed: 99 }];
  const [first, second, other] = await generate(model, twice, options);
  expect(second).toEqual(first);
  expect(other).not.toEqual(first);
});

test("rows end at their end-of-text token, which is left out, and the others go on", async () => {
  const free = await generate(model, prompts, { ...options, endOfText: null });
  const endOfText = free[0]!.ids[4]!;
  const answers = await generate(model, prompts, { ...options, endOfText });
  free.forEach(({ ids }, i) => {
    const end = ids.indexOf(endOfText);
    expect(answers[i]).toEqual({ ids: end < 0 ? ids : ids.slice(0, end), stopped: end >= 0 });
  });
  expect(answers[0]!.stopped).toBe(true);
});

test("finished rows leave the batch without changing those that stay", async () => {
  const many = Array.from({ length: 9 }, (_, i) => ({ ids: [i, 2 * i, 40], seed: i }));
  const free = await generate(model, many, { ...options, maxNewTokens: 20, endOfText: null });
  const common = free.map(({ ids }) => ids[3]!)[0]!;
  const answers = await generate(model, many, { ...options, maxNewTokens: 20, endOfText: common });
  answers.forEach(({ ids }, i) => expect(free[i]!.ids.slice(0, ids.length)).toEqual(ids));
});

test("reports finished rows, all of them at the end", async () => {
  const seen: number[] = [];
  await generate(model, prompts, {
    ...options,
    maxBatch: 2,
    onProgress: (done, total) => {
      expect(total).toBe(4);
      seen.push(done);
    },
  });
  expect(seen).toEqual(seen.toSorted((a, b) => a - b));
  expect(seen.at(-1)).toBe(4);
});

test("a cancel message is seen between tokens, and nothing is left over", async () => {
  const before = tf.memory().numTensors;
  const controller = new AbortController();
  let now = 0;
  const clock = vi.spyOn(performance, "now").mockImplementation(() => (now += 60)); // each token takes its time
  onTestFinished(() => clock.mockRestore());
  let tokens = 0;
  const running = generate(model, prompts, {
    ...options,
    maxNewTokens: 50,
    endOfText: null,
    signal: controller.signal,
    onProgress: () => {
      tokens += 1;
      if (tokens === 1) setTimeout(() => controller.abort()); // as a message from the page comes
    },
  });
  await expect(running).rejects.toThrow("aborted");
  expect(tokens).toBeLessThan(4);
  expect(tf.memory().numTensors).toBe(before);
});

test("leaks no tensors", async () => {
  const before = tf.memory().numTensors;
  await generate(model, prompts, options);
  expect(tf.memory().numTensors).toBe(before);
});

test("refuses what it cannot continue, naming the prompt and the remedy", async () => {
  const empty = generate(model, [prompts[0]!, { ids: [], seed: 0 }], options);
  await expect(empty).rejects.toThrow("prompt 1 is empty");
  const long = generate(model, [prompts[0]!], { ...options, maxNewTokens: 60 });
  await expect(long).rejects.toThrow(
    "prompt 0 has 5 tokens, which with 60 new ones is more than the 64 positions",
  );
  const none = generate(model, prompts, { ...options, maxNewTokens: 0 });
  await expect(none).rejects.toThrow("maxNewTokens must be a whole number, 1 or more, got 0");
});

test("no prompts give no answers", async () => {
  expect(await generate(model, [], options)).toEqual([]);
});
