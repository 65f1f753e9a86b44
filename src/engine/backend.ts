/** Starts a tfjs backend. tfjs-core registers no gradients by itself, so they come from here. */
import * as tf from "@tensorflow/tfjs-core"; // first: the gradients ask for flags that it registers
import "@tensorflow/tfjs-core/dist/register_all_gradients";
import type { BackendWasm } from "@tensorflow/tfjs-backend-wasm";
import type { MemoryShape } from "../core/models/memory";
import { loadSimd, simdOf } from "./simd/simd";
import { guardHeap, hearingKernels, wasmHeap } from "./wasm-heap";

export type BackendKind = "webgpu" | "wasm" | "cpu";

export interface BackendOptions {
  /** Where the wasm binaries lie: a folder ending in "/", or an address per binary. Needed for wasm only. */
  readonly wasmPath?: string | Readonly<Record<string, string>>;
  /** Threads for wasm (1): more need a cross-origin-isolated page, and the scripts of the threads beside the binaries. */
  readonly wasmThreads?: number;
}

export interface BackendInfo {
  readonly kind: BackendKind;
  /** What computes, as the platform names it: "nvidia ampere", "1 thread". */
  readonly device: string;
}

/** How many wasm threads start here, and where it is only one, why. */
export interface WasmThreads {
  readonly threads: number;
  readonly reason: string | null;
}

export interface BackendChoice extends BackendInfo {
  /** Why none that is faster was taken, a sentence each; empty where WebGPU was. */
  readonly reasons: readonly string[];
}

export const BACKEND_NAMES = {
  webgpu: "WebGPU",
  wasm: "WebAssembly",
  cpu: "Plain JavaScript",
} as const;

/** Of the current backend, in messages. */
export function backendName(): string {
  return BACKEND_NAMES[tf.getBackend() as BackendKind];
}

/** Which forms of our kernels the current backend runs. */
export function kernelsHere(): MemoryShape["kernels"] {
  if (tf.getBackend() === "webgpu") return "fused";
  return simdOf(tf.backend())?.multiplies() ? "simd" : "plain";
}

/** tfjs's 15 costs a training step a sixth of its time in submits; more than this holds freed tensors for too long. */
const DISPATCHES_A_SUBMIT = 32;

export class BackendError extends Error {
  override readonly name = "BackendError";
}

/**
 * Makes one backend the current one. The package of a backend is loaded only when it is asked for.
 * @throws BackendError if it cannot start, with the reason and what to use in its place.
 */
export async function startBackend(
  kind: BackendKind,
  options: BackendOptions = {},
): Promise<BackendInfo> {
  const device = await register(kind, options);
  const start = () => tf.setBackend(kind);
  const starting = kind === "wasm" ? hearingKernels(start) : start();
  const started = await starting.catch((error: unknown) => {
    throw new BackendError(
      `${BACKEND_NAMES[kind]} did not start: ${String(error)}; ${remedy(kind)}`,
    );
  });
  if (!started) throw new BackendError(`${BACKEND_NAMES[kind]} did not start; ${remedy(kind)}`);
  await tf.ready();
  if (kind === "wasm") {
    guardHeap(wasmHeap());
    await loadSimd(tf.backend() as BackendWasm);
  }
  return { kind, device: device() };
}

/**
 * The fastest that starts: webgpu, wasm with threads, wasm with one, cpu.
 *
 * @param tryThreads  asked only where webgpu does not start.
 * @throws BackendError if none starts, with the reason of each.
 */
export async function chooseBackend(
  options: BackendOptions,
  tryThreads: () => Promise<WasmThreads>,
): Promise<BackendChoice> {
  const reasons: string[] = [];
  const attempt = async (kind: BackendKind, more: BackendOptions = {}) => {
    try {
      return await startBackend(kind, { ...options, ...more });
    } catch (error) {
      if (!(error instanceof BackendError)) throw error;
      reasons.push(error.message);
      return null;
    }
  };
  const gpu = await attempt("webgpu");
  if (gpu !== null) return { ...gpu, reasons };
  const { threads, reason } = await tryThreads();
  const wasm = await attempt("wasm", { wasmThreads: threads });
  if (reason !== null) reasons.push(reason);
  const started = wasm ?? (await attempt("cpu"));
  if (started === null) throw new BackendError(reasons.join("; "));
  return { ...started, reasons };
}

/** Registers the backend; the answer names the device, once the backend runs. */
async function register(kind: BackendKind, options: BackendOptions): Promise<() => string> {
  switch (kind) {
    case "cpu":
      await import("@tensorflow/tfjs-backend-cpu");
      return () => "JavaScript";
    case "wasm": {
      const wasm = await import("@tensorflow/tfjs-backend-wasm");
      if (options.wasmPath !== undefined) wasm.setWasmPaths(options.wasmPath);
      // Must precede setBackend: the choice of binary depends on it.
      const { wasmThreads = 1 } = options;
      tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", wasmThreads > 1);
      wasm.setThreadsCount(wasmThreads);
      return () => (wasmThreads > 1 ? `${wasm.getThreadsCount()} threads` : "1 thread");
    }
    case "webgpu": {
      const adapter = await gpuAdapter(); // tfjs itself would fail on null with a TypeError
      if (adapter === null) {
        throw new BackendError(`no WebGPU adapter answers; ${remedy(kind)}`);
      }
      const { vendor, architecture, description } = adapter.info;
      await import("@tensorflow/tfjs-backend-webgpu");
      tf.env().set("WEBGPU_DEFERRED_SUBMIT_BATCH_SIZE", DISPATCHES_A_SUBMIT);
      return () => description || `${vendor} ${architecture}`.trim() || "unnamed GPU";
    }
  }
}

async function gpuAdapter(): Promise<GPUAdapter | null> {
  const gpu = (globalThis.navigator as Partial<Navigator> | undefined)?.gpu;
  return (await gpu?.requestAdapter({ powerPreference: "high-performance" })) ?? null;
}

function remedy(kind: BackendKind): string {
  switch (kind) {
    case "webgpu":
      return "use wasm, or a browser with WebGPU switched on";
    case "wasm":
      return "check that the .wasm files are served and that the content security policy has 'wasm-unsafe-eval'";
    case "cpu":
      return "reload the page";
  }
}
