import * as tf from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { backends, expectNoGpuErrors, useBackend } from "../../../tests/backends";
import { diskFolder } from "../../../tests/parity/folder";
import { loadGoldenModel, readGoldenAdapter } from "../../../tests/parity/gpt2-cases";
import { importAdapter } from "../adapter/attach";
import { generate, type Generated, type TokenPrompt } from "./generate";
import type { SamplerSettings } from "./sampler";

const golden = diskFolder("tests/fixtures/golden");
/** SwiftShader compiles a pipeline in seconds. */
const TIMEOUT = 600_000;
const all = { temperature: 1, topK: 0, topP: 1 };
const prompts: TokenPrompt[] = [
  { ids: [3, 14, 15, 92, 65], seed: 1 },
  { ids: [7], seed: 2 },
  { ids: [3, 14, 15, 92, 65], seed: 3 },
  { ids: [11, 12, 18, 88, 23, 0, 27, 9], seed: 4 },
];
const cases: readonly (SamplerSettings & { title: string; adapted: boolean })[] = [
  { title: "greedy", adapted: false, ...all, temperature: 0 },
  { title: "greedy, adapted", adapted: true, ...all, temperature: 0 },
  { title: "seeded", adapted: false, ...all },
  { title: "seeded, adapted", adapted: true, ...all },
  {
    title: "every setting",
    adapted: true,
    temperature: 0.8,
    topK: 40,
    topP: 0.9,
    repetitionPenalty: 1.3,
  },
];

/** The cases' answers on a backend; the model is loaded there and freed. */
async function answersOn(backend: "wasm" | "webgpu"): Promise<Generated[][]> {
  await useBackend(backend);
  const model = await loadGoldenModel(golden);
  const adapter = importAdapter(model, await readGoldenAdapter(golden));
  const answers: Generated[][] = [];
  for (const { adapted, ...settings } of cases) {
    model.adapter = adapted ? adapter : null;
    answers.push(await generate(model, prompts, { ...settings, maxNewTokens: 12 }));
  }
  adapter.dispose();
  model.dispose();
  return answers;
}

afterEach(expectNoGpuErrors);

describe.skipIf(!backends.includes("webgpu"))("on webgpu", () => {
  let onWasm: Generated[][];
  let onWebGpu: Generated[][];
  beforeAll(async () => {
    onWasm = await answersOn("wasm");
    onWebGpu = await answersOn("webgpu");
  }, TIMEOUT);

  test.each(cases.map(({ title }, i) => ({ title, i })))("$title: wasm's tokens", ({ i }) => {
    expect(onWebGpu[i]).toEqual(onWasm[i]);
  });

  test(
    "a token is 5 dispatches a layer and 3 more, and after the warm-up no pipeline is compiled",
    async () => {
      await useBackend("webgpu");
      const model = await loadGoldenModel(golden);
      const options = { ...all, endOfText: null };
      await generate(model, prompts, { ...options, maxNewTokens: 3 });
      const counted = async (maxNewTokens: number) => {
        const counts = await counting(() => generate(model, prompts, { ...options, maxNewTokens }));
        expect(counts.pipelines).toBe(0);
        return counts.dispatches;
      };
      const { layers } = model.config;
      expect(((await counted(20)) - (await counted(4))) / 16).toBe(5 * layers + 3);
      model.dispose();
    },
    TIMEOUT,
  );

  test(
    "logits that are no numbers are refused",
    async () => {
      await useBackend("webgpu");
      const model = await loadGoldenModel(golden);
      model.weights.lnF.gain.assign(tf.fill([model.config.width], Infinity));
      const running = generate(model, prompts, { ...all, maxNewTokens: 2 });
      await expect(running).rejects.toThrow("logits are not numbers");
      model.dispose();
    },
    TIMEOUT,
  );
});

/** Dispatches and pipelines of the device while the work runs. */
async function counting(work: () => Promise<unknown>) {
  const { device } = tf.backend() as WebGPUBackend;
  const dispatches = vi.spyOn(GPUComputePassEncoder.prototype, "dispatchWorkgroups");
  const pipelines = vi.spyOn(device, "createComputePipeline");
  try {
    await work();
    return { dispatches: dispatches.mock.calls.length, pipelines: pipelines.mock.calls.length };
  } finally {
    dispatches.mockRestore();
    pipelines.mockRestore();
  }
}
