import { readFileSync } from "node:fs";
import { memory } from "@tensorflow/tfjs-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import golden from "../../tests/fixtures/onnx-gpt2/golden.json";
import { onnxGpt2Files } from "../../tests/fixtures/onnx-gpt2/files";
import { readPeft } from "../core/adapter/peft";
import type { ModelFiles } from "./gpt2/load";
import { startBackend } from "./backend";
import { type OnnxPolicy, loadOnnxPolicy } from "./onnx-policy";
import { loadPolicy } from "./policy";
import { loadTarget } from "./target";

type Contents = ReturnType<typeof onnxGpt2Files>;

const filesOf = (contents: Contents): ModelFiles => ({
  name: "tiny",
  names: new Set(contents.keys()),
  read: async (file) => contents.get(file)!,
});

const signal = new AbortController().signal;
const greedy = { temperature: 0, topK: 0, topP: 1, maxNewTokens: golden.maxNewTokens };
const prompts = golden.answers.map(({ prompt }, seed) => ({ prompt, seed }));

let policy: OnnxPolicy;
beforeAll(async () => (policy = await loadOnnxPolicy(filesOf(onnxGpt2Files()), null)));
afterAll(() => policy.dispose());

test("the likeliest tokens are those of PyTorch, which computes without a cache", async () => {
  const answers = await policy.continue(prompts, greedy, { signal });
  expect(answers.map(({ ids }) => ids)).toEqual(golden.answers.map(({ ids }) => ids));
  expect(answers.map(({ text }) => text)).toEqual(golden.answers.map(({ text }) => text));
  expect(answers.every(({ stopped }) => !stopped)).toBe(true);
});

test("sampled, it says what the app's own engine says with the same weights, seeds and settings", async () => {
  await startBackend("cpu");
  const safetensors = onnxGpt2Files();
  safetensors.delete("onnx/model.onnx");
  safetensors.set("model.safetensors", weights());
  const own = await loadPolicy(filesOf(safetensors));
  const sampling = { temperature: 0.9, topK: 12, topP: 0.9, maxNewTokens: 24 };
  const expected = await own.continue(prompts, sampling, { signal });
  own.dispose();
  expect(await policy.continue(prompts, sampling, { signal })).toEqual(expected);
});

test("a model whose files come with an adapter says what PyTorch says with the two merged", async () => {
  await startBackend("cpu");
  const read = (file: string) => readFileSync(`tests/fixtures/onnx-gpt2/adapter/${file}`);
  const adapter = readPeft(
    read("adapter_config.json").toString(),
    new Uint8Array(read("adapter_model.safetensors")),
  );
  const contents = onnxGpt2Files();
  contents.delete("onnx/model.onnx");
  contents.set("model.safetensors", weights());
  const tensors = memory().numTensors;
  const adapted = await loadPolicy({ ...filesOf(contents), adapters: [adapter] });
  const answers = await adapted.continue(prompts, greedy, { signal });
  expect(answers.map(({ ids }) => ids)).toEqual(golden.adapted.map(({ ids }) => ids));
  adapted.dispose();
  const wrong = { ...adapter, tensors: adapter.tensors.slice(2) };
  await expect(loadPolicy({ ...filesOf(contents), adapters: [wrong] })).rejects.toThrow(
    "the adapter lacks h.0.attn.c_attn.lora_A.weight",
  );
  expect(memory().numTensors).toBe(tensors);
});

test("an answer depends on its seed, and on nothing that is asked beside it", async () => {
  const sampling = { ...greedy, temperature: 1 };
  const [, alone] = await policy.generate(prompts, sampling, { signal });
  expect(await policy.generate(prompts.slice(1, 2), sampling, { signal })).toEqual([alone]);
  const other = await policy.generate([{ ...prompts[1]!, seed: 77 }], sampling, { signal });
  expect(other).not.toEqual([alone]);
});

test("one token is asked for and one comes", async () => {
  const answers = await policy.continue(prompts, { ...greedy, maxNewTokens: 1 }, { signal });
  expect(answers.map(({ ids }) => ids)).toEqual(golden.answers.map(({ ids }) => [ids[0]]));
});

test("an answer ends at the token that the model's own files name as the end", async () => {
  const contents = onnxGpt2Files();
  const [{ ids, prompt }] = golden.answers as [(typeof golden.answers)[0]];
  const at = ids.findIndex((id) => id !== ids[0]);
  contents.set(
    "generation_config.json",
    new TextEncoder().encode(JSON.stringify({ eos_token_id: [ids[at], 256] })),
  );
  const ending = await loadOnnxPolicy(filesOf(contents), null);
  const [answer] = await ending.continue([{ prompt, seed: 1 }], greedy, { signal });
  expect(answer).toMatchObject({ ids: ids.slice(0, at), stopped: true });
  ending.dispose();
});

test("an abort ends it between answers, and progress counts them", async () => {
  const controller = new AbortController();
  const seen: number[] = [];
  const onProgress = (done: number) => {
    seen.push(done);
    if (done === 2) controller.abort();
  };
  const call = policy.generate(prompts, greedy, { signal: controller.signal, onProgress });
  await expect(call).rejects.toMatchObject({ name: "AbortError" });
  expect(seen).toEqual([1, 2]);
});

test("a prompt that leaves no room for the answer is refused by its name", () => {
  policy.checkPrompt("a".repeat(72), greedy, "question 1, wording 1");
  expect(() => policy.checkPrompt("a".repeat(73), greedy, "question 1, wording 1")).toThrow(
    "question 1, wording 1: a prompt of 73 tokens and an answer of 24 do not fit the 96 positions of tiny",
  );
});

test("it takes no adapter, and says what to do", async () => {
  await policy.useAdapter(null);
  await expect(policy.useAdapter({})).rejects.toThrow("tiny is in ONNX");
  await expect(policy.startSft()).rejects.toThrow("set cycles.max to 0");
  await expect(policy.startRollouts()).rejects.toThrow("GPT-2 in safetensors");
  expect(() => policy.checkAdapter()).toThrow("tiny is in ONNX");
});

test("a target is opened by what its files are: a GPT-2 that can be trained where there are weights for it", async () => {
  await startBackend("cpu");
  const both = onnxGpt2Files();
  both.set("model.safetensors", weights());
  const own = await loadTarget(filesOf(both), null);
  const onnx = await loadTarget(filesOf(onnxGpt2Files()), null);
  expect([own.constructor.name, onnx.constructor.name]).toEqual(["Gpt2Policy", "OnnxPolicy"]);
  own.dispose();
  onnx.dispose();
});

test("what can't be run is refused, naming the file or the architecture", async () => {
  const load = (changes: Record<string, string | null>) => {
    const contents = onnxGpt2Files();
    for (const [name, text] of Object.entries(changes)) {
      if (text === null) contents.delete(name);
      else contents.set(name, new TextEncoder().encode(text));
    }
    return loadOnnxPolicy(filesOf(contents), null);
  };
  await expect(load({ "tokenizer.json": null })).rejects.toThrow("tiny has no tokenizer.json");
  await expect(load({ "config.json": "<!doctype html>" })).rejects.toThrow("no JSON object");
  await expect(load({ "generation_config.json": "<!doctype" })).rejects.toThrow("is not JSON");
  await expect(load({ "config.json": '{"model_type":"bert"}' })).rejects.toThrow(
    "tiny (bert) can't be run as a language model in ONNX: ",
  );
  await expect(load({ "onnx/model.onnx": "no graph" })).rejects.toThrow("tiny (gpt2) can't be run");
});

const weights = () => new Uint8Array(readFileSync("tests/fixtures/onnx-gpt2/model.safetensors"));
