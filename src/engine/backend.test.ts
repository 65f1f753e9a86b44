import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { BackendError, startBackend, chooseBackend } from "./backend";

const wasmPath = `${process.cwd()}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`;

test("starts what it is asked for, and gradients are registered", async () => {
  expect(await startBackend("cpu")).toEqual({ kind: "cpu", device: "JavaScript" });
  expect(tf.getBackend()).toBe("cpu");
  expect(await startBackend("wasm", { wasmPath })).toEqual({
    kind: "wasm",
    device: "1 thread",
  });
  expect(tf.getBackend()).toBe("wasm");
  expect([
    ...tf
      .grad((x) => tf.square(x))(tf.tensor1d([3]))
      .dataSync(),
  ]).toEqual([6]);
});

test("without a WebGPU adapter, says so and what to use", async () => {
  await expect(startBackend("webgpu")).rejects.toThrow(BackendError);
  await expect(startBackend("webgpu")).rejects.toThrow("no WebGPU adapter answers; use wasm");
});

test("the best backend is the first that starts, with the reasons against those before it", async () => {
  const tryThreads = async () => ({ threads: 1, reason: "the page is not isolated" });
  expect(await chooseBackend({ wasmPath }, tryThreads)).toEqual({
    kind: "wasm",
    device: "1 thread",
    reasons: [expect.stringContaining("no WebGPU adapter"), "the page is not isolated"],
  });
});
