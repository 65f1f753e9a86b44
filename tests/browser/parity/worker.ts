/** Runs the golden comparisons where the app computes: in a dedicated worker of a browser. */
import { type BackendKind, startBackend } from "../../../src/engine/backend";
import type { CaseResult, FolderReader } from "../../parity/case";
import { gpt2Cases } from "../../parity/gpt2-cases";
import { groupRlCases } from "../../parity/group-rl-cases";
import { textMetricCases } from "../../parity/text-metric-cases";
import { trainingCases } from "../../parity/training-cases";

export interface ParityOutcome {
  readonly device?: string;
  readonly results?: readonly CaseResult[];
  /** Validation errors of WebGPU: tfjs computes zeros after one and says nothing. */
  readonly gpuErrors?: readonly string[];
  readonly failure?: string;
}

const ask = (file: string) => fetch(`/tests/fixtures/golden/${file}`);
const get = async (file: string) => {
  const response = await ask(file);
  if (!response.ok) throw new Error(`${file}: ${response.status}`);
  return response;
};
const golden: FolderReader = {
  text: async (file) => (await get(file)).text(),
  bytes: async (file) => new Uint8Array(await (await get(file)).arrayBuffer()),
  has: async (file) => {
    const { ok, headers } = await ask(file);
    return ok && !headers.get("content-type")?.startsWith("text/html"); // Vite's page for what is not there
  },
};

async function run(backend: BackendKind): Promise<ParityOutcome> {
  const gpuErrors: string[] = [];
  const { device } = await startBackend(backend, {
    wasmPath: new URL("/wasm/", location.href).href,
  });
  const { backend: current } = await import("@tensorflow/tfjs-core");
  const gpu = (current() as { device?: GPUDevice }).device;
  gpu?.addEventListener("uncapturederror", (event) => {
    gpuErrors.push(event.error.message);
  });
  const results: CaseResult[] = [];
  for (const cases of [gpt2Cases, trainingCases, groupRlCases, textMetricCases]) {
    for await (const result of cases(golden)) results.push(result);
  }
  return { device, results, gpuErrors };
}

self.onmessage = ({ data }: MessageEvent<BackendKind>) => {
  run(data).then(
    (outcome) => self.postMessage(outcome),
    (error: unknown) =>
      self.postMessage({ failure: error instanceof Error ? error.stack : String(error) }),
  );
};
