import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { startBackend } from "../../src/engine/backend";
import { installWebGpu } from "../webgpu-node";
import type { CaseResult } from "./case";
import { diskFolder } from "./folder";
import { gpt2Cases } from "./gpt2-cases";

const hasWebGpu = await installWebGpu();
/** SwiftShader takes most of a second for one token of the cached decoding: its matMul of one row is slow. */
const TIMEOUT = 400_000;

test.skipIf(!hasWebGpu)(
  "GPT-2, LoRA and decoding agree with PyTorch on webgpu",
  async () => {
    await startBackend("webgpu");
    const before = tf.memory().numTensors;
    const results: CaseResult[] = [];
    for await (const result of gpt2Cases(diskFolder("tests/fixtures/golden"))) results.push(result);
    expect(results.filter(({ passed }) => !passed)).toEqual([]);
    expect(results.length).toBeGreaterThan(50);
    expect(tf.memory().numTensors).toBe(before);
  },
  TIMEOUT,
);
