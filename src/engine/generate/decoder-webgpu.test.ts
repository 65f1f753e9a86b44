import * as tf from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { backends, expectNoGpuErrors, useBackend } from "../../../tests/backends";
import { diskFolder } from "../../../tests/parity/folder";
import { loadGoldenModel, readGoldenAdapter } from "../../../tests/parity/gpt2-cases";
import { type AttachedAdapter, importAdapter } from "../adapter/attach";
import type { Gpt2 } from "../gpt2/model";
import { Decoder } from "./decoder";

const golden = diskFolder("tests/fixtures/golden");
const STEPS = 9;
const rows = [
  { ids: [3, 14, 15, 92, 65], seed: 1 },
  { ids: [7], seed: 2 },
  { ids: [3, 14, 15, 92, 65], seed: 3 },
  { ids: [11, 12, 18, 88, 23, 0, 27, 9], seed: 4 },
];

afterEach(expectNoGpuErrors);

describe.skipIf(!backends.includes("webgpu"))("on webgpu", () => {
  let model: Gpt2;
  let adapter: AttachedAdapter;
  beforeAll(async () => {
    await useBackend("webgpu");
    model = await loadGoldenModel(golden);
    adapter = importAdapter(model, await readGoldenAdapter(golden));
    model.adapter = adapter;
  });
  afterAll(() => {
    adapter.dispose();
    model.dispose();
  });

  /** All tokens; the second row is dropped after 5, and after each token `between` is called. */
  async function tokens(
    { adapterOff = false, repetitionPenalty = 1, replay = true },
    between = () => {},
  ): Promise<number[]> {
    const settings = { temperature: 1, topK: 0, topP: 1, repetitionPenalty };
    const decoder = new Decoder(model, rows, { settings, steps: STEPS, adapterOff, replay });
    await decoder.start(async () => {});
    for (let drawn = 1; drawn < STEPS; drawn++) {
      if (drawn === 5) decoder.keep([0, 2, 3]);
      if (drawn % 3 === 0) await decoder.read(); // leaves a copy, which must not be read again
      decoder.step();
      between();
    }
    const all = [...(await decoder.read())];
    decoder.dispose();
    return all;
  }

  test.each([
    { title: "with the adapter" },
    { title: "without it and with a repetition penalty", adapterOff: true, repetitionPenalty: 1.3 },
  ])(
    "replayed tokens are those computed anew, and what others compute in between is left alone, $title",
    async (options) => {
      const computed = await tokens({ ...options, replay: false });
      const { width, inner, vocabulary } = model.config;
      const ones: tf.Tensor[] = [];
      const replayed = await tokens(options, () => {
        // of the sizes of what a token makes, so that they would take the same buffers
        for (const columns of [width, inner, vocabulary]) {
          for (const rows of [3, 4]) ones.push(tf.add(tf.zeros([rows, columns]), 1));
        }
      });
      expect(replayed).toEqual(computed);
      expect(new Set(computed).size).toBeGreaterThan(5);
      const means = tf.tidy(() => tf.stack(ones.map((one) => tf.mean(one))));
      expect([...(await means.data())]).toEqual(ones.map(() => 1));
      tf.dispose([means, ones]);
    },
  );

  test("after a first token none of tfjs's kernels runs, nothing is compiled, and all memory comes back", async () => {
    const before = tf.memory(); // numBytesInGPU among it
    const kernels = vi.spyOn(tf.engine(), "runKernel");
    const pipelines = vi.spyOn((tf.backend() as WebGPUBackend).device, "createComputePipeline");
    const counts: number[] = [];
    await tokens({}, () => void counts.push(kernels.mock.calls.length));
    expect(counts[3]).toBe(counts[0]);
    expect(counts[4]).toBeGreaterThan(counts[3]!); // recorded anew without the row that was dropped
    expect(counts.at(-1)).toBe(counts[4]);
    expect(pipelines).not.toHaveBeenCalled();
    vi.restoreAllMocks();
    expect(tf.memory()).toEqual(before);
  });
});
