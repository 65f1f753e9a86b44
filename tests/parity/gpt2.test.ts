import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { startBackend } from "../../src/engine/backend";
import type { CaseResult } from "./case";
import { diskFolder } from "./folder";
import { gpt2Cases } from "./gpt2-cases";

const golden = diskFolder("tests/fixtures/golden");
const wasmPath = `${process.cwd()}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`;

describe.each(["cpu", "wasm"] as const)("on %s", (backend) => {
  test("GPT-2, LoRA and decoding agree with PyTorch, and no tensor is left over", async () => {
    await startBackend(backend, { wasmPath });
    const before = tf.memory().numTensors;
    const results: CaseResult[] = [];
    for await (const result of gpt2Cases(golden)) results.push(result);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    expect(results.length).toBeGreaterThan(50);
    expect(tf.memory().numTensors).toBe(before);
  });
});
