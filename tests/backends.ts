/** The backends that this machine can test on, and errors that WebGPU would only print. */
import * as tf from "@tensorflow/tfjs-core";
import { type BackendKind, startBackend } from "../src/engine/backend";
import { GpuErrors } from "../src/engine/self-test/gpu-errors";
import { installWebGpu } from "./webgpu-node";

const wasmPath = `${process.cwd()}/node_modules/@tensorflow/tfjs-backend-wasm/dist/`;
let gpuErrors: GpuErrors | null = null;

/** cpu and wasm, and webgpu where an adapter answers. */
export const backends: readonly BackendKind[] = (await installWebGpu())
  ? ["cpu", "wasm", "webgpu"]
  : ["cpu", "wasm"];

/** Makes a backend the current one. */
export async function useBackend(kind: BackendKind): Promise<void> {
  await startBackend(kind, { wasmPath });
  if (kind === "webgpu") gpuErrors ??= new GpuErrors();
}

/**
 * Waits for the device and throws what it complained of: a shader that does not compile, a binding that does not fit.
 * Without this the results are silently zero.
 */
export async function expectNoGpuErrors(): Promise<void> {
  if (tf.getBackend() === "webgpu") await gpuErrors?.check();
}
