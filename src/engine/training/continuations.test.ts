import { readFileSync } from "node:fs";
import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test } from "vitest";
import golden from "../../../tests/fixtures/golden/gpt2_lora.json";
import { startBackend } from "../backend";
import { loadGpt2 } from "../gpt2/load";
import type { Gpt2 } from "../gpt2/model";
import { continuationLogProbs } from "./continuations";

const folder = "tests/fixtures/golden/tiny-gpt2";
const { input_ids: ids, attention_mask: mask, logits_base: logits } = golden.forward;

let model: Gpt2;
beforeAll(async () => {
  await startBackend("wasm", {
    wasmPath: `${process.cwd()}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`,
  });
  model = await loadGpt2({
    name: "tiny",
    read: async (file) =>
      readFileSync(file === "config.json" ? `${folder}.config.json` : `${folder}.safetensors`),
  });
});

/** Σ log softmax of PyTorch's logits at the positions that predict the row's tokens from `from` on. */
function fromPyTorch(row: number, from: number): number {
  const real = ids[row]!.slice(
    0,
    mask[row]!.reduce((a, b) => a + b),
  );
  return real.slice(from).reduce((sum, id, i) => {
    const z = logits[row]![from + i - 1]!;
    return sum + z[id]! - Math.log(z.reduce((total, x) => total + Math.exp(x), 0));
  }, 0);
}

const split = (row: number, at: number) => {
  const real = ids[row]!.slice(
    0,
    mask[row]!.reduce((a, b) => a + b),
  );
  return { prompt: real.slice(0, at), continuation: real.slice(at) };
};

test("a continuation's log-probability is that of PyTorch's logits, wherever the prompt ends", async () => {
  const rows = [0, 1].flatMap((row) => [1, 2, 3].map((at) => ({ row, at })));
  const found = await continuationLogProbs(
    model,
    rows.map(({ row, at }) => split(row, at)),
  );
  expect(found).toBeAllClose(
    rows.map(({ row, at }) => fromPyTorch(row, at)),
    { rtol: 1e-4 },
  );
});

test("a row is worth the same in a batch of 40 as alone", async () => {
  const [alone] = await continuationLogProbs(model, [split(0, 2)]);
  const many = await continuationLogProbs(
    model,
    Array.from({ length: 40 }, (_, i) => split(i % 2, 2)),
  );
  expect(many).toHaveLength(40);
  expect(many[0]).toBeCloseTo(alone!, 4);
  expect(many[38]).toBeCloseTo(alone!, 4);
});

test("what a text costs in two pieces is what it costs in one", async () => {
  const { prompt, continuation } = split(0, 1);
  const [first, second, whole] = await continuationLogProbs(model, [
    { prompt, continuation: continuation.slice(0, 2) },
    { prompt: [...prompt, ...continuation.slice(0, 2)], continuation: continuation.slice(2) },
    { prompt, continuation },
  ]);
  expect(first! + second!).toBeCloseTo(whole!, 4);
});

test("what is too long for the model is null, its neighbours are not, and no tensor is left", async () => {
  const { positions } = model.config;
  await continuationLogProbs(model, [split(0, 2)]); // the head's transpose is kept from now on
  const before = tf.memory().numTensors;
  const long = { prompt: new Array<number>(positions).fill(1), continuation: [2] };
  const [fits, cut] = await continuationLogProbs(model, [split(0, 2), long]);
  expect(fits).not.toBeNull();
  expect(cut).toBeNull();
  expect(tf.memory().numTensors).toBe(before);
});

test("a prompt or a continuation without tokens is refused by its row", async () => {
  const none = continuationLogProbs(model, [split(0, 2), { prompt: [1], continuation: [] }]);
  await expect(none).rejects.toThrow("the continuation of row 1 has no tokens");
  await expect(continuationLogProbs(model, [{ prompt: [], continuation: [1] }])).rejects.toThrow(
    "the prompt of row 0 has no tokens",
  );
});
