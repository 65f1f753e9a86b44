import * as tf from "@tensorflow/tfjs-core";
import { expect, test } from "vitest";
import { BackendError, startBackend, startBestBackend } from "./backend";

const wasmPath = `${process.cwd()}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`;

test("starts what it is asked for, and gradients are registered", async () => {
  expect(await startBackend("cpu")).toEqual({ kind: "cpu", device: "JavaScript" });
  expect(tf.getBackend()).toBe("cpu");
  expect(await startBackend("wasm", { wasmPath })).toEqual({
    kind: "wasm",
    device: "wasm, 1 thread",
  });
  expect(tf.getBackend()).toBe("wasm");
  expect([
    ...tf
      .grad((x) => tf.square(x))(tf.tensor1d([3]))
      .dataSync(),
  ]).toEqual([6]);
});

test("without a WebGPU adapter, says so and what to use; the best backend is then wasm", async () => {
  await expect(startBackend("webgpu")).rejects.toThrow(BackendError);
  await expect(startBackend("webgpu")).rejects.toThrow("no WebGPU adapter; use wasm");
  expect(await startBestBackend({ wasmPath })).toEqual({
    kind: "wasm",
    device: "wasm, 1 thread (no WebGPU here)",
  });
});
