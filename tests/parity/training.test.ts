import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { startBackend } from "../../src/engine/backend";
import type { CaseResult } from "./case";
import { diskFolder } from "./folder";
import { trainingCases } from "./training-cases";

const golden = diskFolder("tests/fixtures/golden");
const wasmPath = `${process.cwd()}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`;

describe.each(["cpu", "wasm"] as const)("on %s", (backend) => {
  test("fine-tuning and PPO agree with PyTorch, and no tensor is left over", async () => {
    await startBackend(backend, { wasmPath });
    const before = tf.memory().numTensors;
    const results: CaseResult[] = [];
    for await (const result of trainingCases(golden)) results.push(result);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    expect(results.length).toBeGreaterThan(300);
    expect(tf.memory().numTensors).toBe(before);
  });
});
