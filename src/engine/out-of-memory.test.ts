import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { useBackend } from "../../tests/backends";
import { readBuiltIn } from "../core/corpus/built-in";
import { readGpt2Config } from "../core/gpt2/config";
import { demoStudy, resolveConfig } from "../core/study/presets";
import {
  OutOfMemoryError,
  answersNeed,
  isOutOfMemory,
  sayingWhatRanOut,
  scoringNeeds,
  studyNeeds,
} from "./out-of-memory";

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
  const message = studyNeeds(size)("plain");
  expect(message).toMatch(
    /^with texts as long as the model takes, this study can need \d+ MB at once, of which \d+ MB are the model, and beside it \d+ MB a training step or \d+ MB answers/,
  );
  expect(message).toMatch(/can go on from its last checkpoint/);
  expect(message).toMatch(
    /a lower sft\.microBatch \(now \d+\), ppo\.miniBatchSize \(now \d+\), sampling\.maxNewTokens \(now 48\) or adapter\.rank/,
  );
  const more = { ...config, ppo: { ...config.ppo, miniBatchSize: 20 } };
  const answers = { ...more, rollouts: { ...more.rollouts, samples: 4 } };
  const stepOf = (text: string) => Number(/(\d+) MB a training step/.exec(text)![1]);
  const larger = studyNeeds({ ...size, config: answers })("plain");
  expect(stepOf(larger)).toBeGreaterThan(2 * stepOf(message));
});

test("a study's failure for want of memory is put into words once, and another stays as it is", async () => {
  await useBackend("cpu");
  const model = readGpt2Config(readFileSync("public/demo/model/config.json", "utf8"));
  const size = { model, config: resolveConfig(demoStudy), corpus };
  const told = (error: Error) => sayingWhatRanOut(Promise.reject(error), studyNeeds(size));
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

describe("GPT-2 124M that is asked", () => {
  const config = readGpt2Config('{"model_type":"gpt2"}');

  test("says what its answers can need, by hand, and what to lower", () => {
    const asked = answersNeed({ config, adapter: null }, 100, 24);
    // 32 rows of 1000 + 23 slots, 12 layers, keys and values of 768; 32 000 tokens of 9 · 768 + 2 · 3072
    const cache = Math.ceil((4 * 32 * 1023 * 12 * 2 * 768) / 1e6);
    const pass = Math.ceil((4 * 32_000 * (9 * 768 + 2 * 3072)) / 1e6);
    const token = Math.ceil((4 * 32 * (12 * (4 * 768 + 3072) + 768 + 50_257)) / 1e6);
    expect(asked("fused")).toContain(
      `of which 498 MB are the model, and beside it ${cache} MB keys and values, and ${pass} MB to read the prompts or ${token} MB to write a token. ` +
        "Lower sampling.maxNewTokens (--max-new-tokens), ask less at once, shorten the prompts",
    );
    expect(asked("fused")).toMatch(/^32 answers of 24 tokens .* can need 4583 MB at once/);
    const one = answersNeed({ config, adapter: null }, 1, 24)("fused");
    expect(one).toMatch(/^1 answer of 24 tokens/);
    expect(one).not.toContain("ask less");
  });

  test("says what scoring can need; plain kernels need more", () => {
    const need = scoringNeeds(config, 16);
    const pass = 4 * 16 * 1024 * (9 * 768 + 2 * 3072);
    const total = Math.ceil((4 * 124_439_808 + pass) / 1e6);
    expect(need("fused")).toMatch(
      new RegExp(`^16 texts .* can need ${total} MB at once .* 498 MB are`),
    );
    const figure = (text: string) => Number(/need (\d+) MB/.exec(text)![1]);
    expect(figure(need("plain"))).toBeGreaterThan(total);
  });
});
