/** Starts a tfjs backend. tfjs-core registers no gradients by itself, so they come from here. */
import * as tf from "@tensorflow/tfjs-core"; // first: the gradients ask for flags that it registers
import "@tensorflow/tfjs-core/dist/register_all_gradients";

export type BackendKind = "webgpu" | "wasm" | "cpu";

export interface BackendOptions {
  /** Where the wasm binaries lie: a folder ending in "/", or an address per binary. Needed for wasm only. */
  readonly wasmPath?: string | Readonly<Record<string, string>>;
  /**
   * Threads for wasm. Off by default: in a cross-origin-isolated page the threaded build fails once minified, and hangs
   * for a minute under a content security policy without `blob:`.
   */
  readonly wasmThreads?: boolean;
}

export interface BackendInfo {
  readonly kind: BackendKind;
  /** What computes, as the platform names it: "nvidia ampere", "wasm, 1 thread". */
  readonly device: string;
}

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
  if (!(await tf.setBackend(kind))) {
    throw new BackendError(`the ${kind} backend did not start; ${remedy(kind)}`);
  }
  await tf.ready();
  return { kind, device: device() };
}

/** webgpu where an adapter answers and tfjs starts on it, otherwise wasm; `device` says why. */
export async function startBestBackend(options: BackendOptions): Promise<BackendInfo> {
  try {
    return await startBackend("webgpu", options);
  } catch (error) {
    if (!(error instanceof BackendError)) throw error;
    const { kind, device } = await startBackend("wasm", options);
    return { kind, device: `${device} (no WebGPU here)` };
  }
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
      tf.env().set("WASM_HAS_MULTITHREAD_SUPPORT", options.wasmThreads ?? false);
      return () =>
        options.wasmThreads ? `wasm, ${wasm.getThreadsCount()} threads` : "wasm, 1 thread";
    }
    case "webgpu": {
      const adapter = await gpuAdapter(); // tfjs itself would fail on null with a TypeError
      if (adapter === null) {
        throw new BackendError(`this browser offers no WebGPU adapter; ${remedy(kind)}`);
      }
      const { vendor, architecture, description } = adapter.info;
      await import("@tensorflow/tfjs-backend-webgpu");
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
