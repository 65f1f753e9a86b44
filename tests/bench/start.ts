import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname } from "node:path";
import * as tf from "@tensorflow/tfjs-core";
import { type BackendKind, startBackend } from "../../src/engine/backend";
import { installWebGpu } from "../../src/cli/webgpu-node";
import { useSwiftShader } from "../swiftshader";
import { Skip } from "./bench";
import { installGpuCounters } from "./gpu-counters";

const wasm = createRequire(import.meta.url).resolve("@tensorflow/tfjs-backend-wasm/package.json");

/** Makes a backend the current one; on webgpu its commands are counted. @returns the device's name. */
export async function start(backend: BackendKind): Promise<string> {
  if (backend === "webgpu") {
    await installWebGpu();
    if (!(await answers())) throw new Skip("no WebGPU adapter answers on this machine");
    installGpuCounters();
  }
  const { device } = await startBackend(backend, { wasmPath: `${dirname(wasm)}/dist/` });
  return device;
}

/**
 * Where no GPU answers but Chromium's software GPU is installed, runs this command again in a process that finds it:
 * the loader is named by the environment that a process starts with.
 */
export async function startAgainWithSwiftShader(): Promise<void> {
  const environment = { ...process.env };
  useSwiftShader(environment);
  if (environment["LD_LIBRARY_PATH"] === process.env["LD_LIBRARY_PATH"]) return;
  await installWebGpu();
  if (await answers()) return;
  const { status } = spawnSync(process.execPath, process.argv.slice(1), {
    env: environment,
    stdio: "inherit",
  });
  process.exit(status ?? 1);
}

async function answers(): Promise<boolean> {
  return (await navigator.gpu.requestAdapter()) !== null;
}

/** Megabytes (2²⁰) of the wasm backend's memory, which never shrinks; null on another backend. */
export function wasmHeapMB(): number | null {
  if (tf.getBackend() !== "wasm") return null;
  const { wasm: module } = tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } };
  return module.HEAPU8.length / 2 ** 20;
}
