import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { useBackend } from "../../tests/backends";
import { readBuiltIn } from "../core/corpus/built-in";
import { readGpt2Config } from "../core/gpt2/config";
import { demoStudy, resolveConfig } from "../core/study/presets";
import { OutOfMemoryError, isOutOfMemory, outOfMemory, sayingWhatRanOut } from "./out-of-memory";

const corpus = readBuiltIn("demo", readFileSync("public/demo/demo_questions.json", "utf8"));

test.each([
  new RangeError("Array buffer allocation failed"),
  new RangeError("WebAssembly.Memory.grow(): Out of memory"),
  new Error("Aborted(OOM). Build with -sASSERTIONS for more info."),
  new WebAssembly.RuntimeError("Aborted(). Build with -sASSERTIONS for more info."), // a kernel's own memory
  new Error("memory access out of bounds"),
  Object.assign(new Error(""), { name: "out-of-memory" }),
])("%s is told as memory that ran out", (error) => {
  expect(isOutOfMemory(error)).toBe(true);
});

test("other failures are not", () => {
  for (const error of [new Error("question 9 is not in the corpus"), "out of memory", null]) {
    expect(isOutOfMemory(error)).toBe(false);
  }
  const real = (() => {
    try {
      return new ArrayBuffer(2 ** 52);
    } catch (error) {
      return error;
    }
  })();
  expect(isOutOfMemory(real)).toBe(true);
});

test("the message names what is needed, that the run can go on, and the settings to lower", async () => {
  const model = readGpt2Config(readFileSync("public/demo/model/config.json", "utf8"));
  const config = resolveConfig(demoStudy);
  const size = { model, config, corpus };
  const { message } = outOfMemory("wasm", size, null);
  expect(message).toMatch(
    /^WebAssembly ran out of memory: .* can need \d+ MB at once, of which \d+ MB are the model, and beside it \d+ MB a training step or \d+ MB answers/,
  );
  expect(message).toMatch(/can go on from its last checkpoint/);
  expect(message).toMatch(
    /a lower sft\.microBatch \(now \d+\), ppo\.miniBatchSize \(now \d+\), sampling\.maxNewTokens \(now 48\) or adapter\.rank/,
  );
  const more = { ...config, ppo: { ...config.ppo, miniBatchSize: 20 } };
  const answers = { ...more, rollouts: { ...more.rollouts, samples: 4 } };
  const stepOf = (text: string) => Number(/(\d+) MB a training step/.exec(text)![1]);
  const larger = outOfMemory("wasm", { ...size, config: answers }, null).message;
  expect(stepOf(larger)).toBeGreaterThan(2 * stepOf(message));
});

test("a study's failure for want of memory is put into words once, and another stays as it is", async () => {
  await useBackend("cpu");
  const model = readGpt2Config(readFileSync("public/demo/model/config.json", "utf8"));
  const size = { model, config: resolveConfig(demoStudy), corpus };
  const told = (error: Error) => sayingWhatRanOut(Promise.reject(error), size);
  const raw = new RangeError("Array buffer allocation failed");
  await expect(told(raw)).rejects.toMatchObject({
    name: "OutOfMemoryError",
    message: expect.stringMatching(/^Plain JavaScript ran out of memory/) as string,
    cause: raw,
  });
  const inWords = new OutOfMemoryError("WebGPU has no room for a training step: out of memory");
  await expect(told(inWords)).rejects.toBe(inWords);
  const other = new Error("question 9 is not in the corpus");
  await expect(told(other)).rejects.toBe(other);
});
