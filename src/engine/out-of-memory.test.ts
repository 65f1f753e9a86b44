import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { readGpt2Config } from "../core/gpt2/config";
import { demoStudy, resolveConfig } from "../core/study/presets";
import { isOutOfMemory, outOfMemory } from "./out-of-memory";

test.each([
  new RangeError("Array buffer allocation failed"),
  new RangeError("WebAssembly.Memory.grow(): Out of memory"),
  new Error("Aborted(OOM). Build with -sASSERTIONS for more info."),
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

test("the message names what is needed and the settings to lower", () => {
  const model = readGpt2Config(readFileSync("public/demo/model/config.json", "utf8"));
  const { message } = outOfMemory("wasm", model, resolveConfig(demoStudy), null);
  expect(message).toMatch(/^WebAssembly ran out of memory: this study can need \d+ MB at once/);
  expect(message).toMatch(/Lower sft\.microBatch \(now \d+\) or sampling\.maxNewTokens \(now 48\)/);
});
