import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { startBackend } from "../../src/engine/backend";
import { installWebGpu } from "../webgpu-node";
import type { CaseResult } from "./case";
import { diskFolder } from "./folder";
import { gpt2Cases } from "./gpt2-cases";

const hasWebGpu = await installWebGpu();

test.skipIf(!hasWebGpu)("GPT-2, LoRA and decoding agree with PyTorch on webgpu", async () => {
  const info = await startBackend("webgpu");
  console.log(info);
  const before = tf.memory().numTensors;
  const results: CaseResult[] = [];
  for await (const result of gpt2Cases(diskFolder("tests/fixtures/golden"))) { results.push(result); console.log(performance.now()|0, result.name, result.largestError, result.passed); }
  expect(results.filter(({ passed }) => !passed)).toEqual([]);
  expect(results.length).toBeGreaterThan(50);
  expect(tf.memory().numTensors).toBe(before);
}, 400_000);
