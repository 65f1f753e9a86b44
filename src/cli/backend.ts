/** `--backend` of the commands that run a model. */
import { createRequire } from "node:module";
import { dirname } from "node:path";
import { type BackendInfo, BackendError, startBackend } from "../engine/backend";
import { UsageError } from "./errors";
import { installWebGpu } from "./webgpu-node";

export const BACKEND_OPTION = { type: "string", default: "wasm" } as const;

export const BACKEND_HELP = `wasm, webgpu (a GPU, by the optional package "webgpu"; docs/gpu.md) or cpu (wasm)`;

const wasmPackage = createRequire(import.meta.url).resolve(
  "@tensorflow/tfjs-backend-wasm/package.json",
);
const wasmPath = `${dirname(wasmPackage)}/dist/`;

/**
 * Starts what computes, and says on stderr what that is where it is not the default.
 * @throws UsageError for a word that is no backend; BackendError if it does not start, with what to do.
 */
export async function startNamed(backend: string): Promise<void> {
  switch (backend) {
    case "wasm":
      await startBackend("wasm", { wasmPath });
      return;
    case "cpu":
      say(await startBackend("cpu"));
      return;
    case "webgpu":
      say(await startWebGpu());
      return;
    default:
      throw new UsageError(`--backend must be wasm, webgpu or cpu, got "${backend}". See --help.`);
  }
}

export async function startWasm(): Promise<void> {
  await startNamed("wasm");
}

async function startWebGpu(): Promise<BackendInfo> {
  await installWebGpu();
  if ((await navigator.gpu.requestAdapter()) === null) {
    throw new BackendError(
      "no GPU answers: on Linux it takes the vendor's Vulkan driver and libvulkan1 (vulkaninfo --summary lists what " +
        "there is; docs/gpu.md). --backend wasm computes without one.",
    );
  }
  return startBackend("webgpu");
}

function say({ kind, device }: BackendInfo): void {
  process.stderr.write(`computes on ${kind}: ${device}\n`);
}
