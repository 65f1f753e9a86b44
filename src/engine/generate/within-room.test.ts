import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { useBackend } from "../../../tests/backends";
import { loadPair } from "../../../tests/bench/random-model";
import { diskFolder } from "../../../tests/parity/folder";
import { loadGoldenModel } from "../../../tests/parity/gpt2-cases";
import { decodingBuffers } from "../../core/models/memory";
import type { Gpt2 } from "../gpt2/model";
import { OutOfMemoryError } from "../out-of-memory";
import type { TryAllocation } from "../trial-allocation";
import { generate } from "./generate";
import { RoomySampler } from "./within-room";

const options = { temperature: 1, topK: 0, topP: 1, maxNewTokens: 10 };
const prompts = Array.from({ length: 9 }, (_, i) => ({ ids: [i, 2 * i, 40], seed: i }));

describe("on a device with little memory", () => {
  let model: Gpt2;
  let tries = 0;
  /** It has room for so many rows of the prompts. */
  const holding =
    (rows: number): TryAllocation =>
    async (sizes) => {
      const decoding = { rows, promptLength: 3, maxNewTokens: 10 };
      const shape = { model: model.config, adapter: null, kernels: "plain", decoding } as const;
      tries++;
      const asked = sizes.reduce((sum, size) => sum + size, 0);
      return asked > decodingBuffers(shape, model.keepsTransposedHead).total ? "it is full" : null;
    };

  beforeEach(async () => {
    await useBackend("cpu");
    model = await loadGoldenModel(diskFolder("tests/fixtures/golden"));
    tries = 0;
  });
  afterEach(() => model.dispose());

  test("fewer rows are decoded at a time, which is said, and the answers are the same", async () => {
    const notes: string[] = [];
    const sampler = new RoomySampler(model, holding(4));
    const onNote = (sentence: string) => void notes.push(sentence);
    const held = async (work: () => Promise<unknown>) => {
      const before = tf.memory().numBytes;
      const { peakBytes } = await tf.profile(async () => void (await work()));
      return peakBytes - before;
    };
    const tight = await sampler.generate(prompts, { ...options, onNote });
    expect(tight).toEqual(await generate(model, prompts, options));
    const free = await held(() => generate(model, prompts, options));
    expect(await held(() => sampler.generate(prompts, options))).toBeLessThan(0.6 * free);
    expect(notes).toEqual([
      expect.stringMatching(
        /^Plain JavaScript has no room for 9 answers at once, \d+ MB beside the model \(it is full\): 4 are written at a time/,
      ),
    ]);
  });

  test("what was had once is not tried again", async () => {
    const sampler = new RoomySampler(model, holding(32));
    await sampler.generate(prompts, options);
    await sampler.generate(prompts.slice(0, 5), options);
    expect(tries).toBe(1);
    await sampler.generate(prompts, { ...options, maxNewTokens: 11 });
    expect(tries).toBe(2);
  });

  test("without room for one row it is said what to change", async () => {
    const answers = new RoomySampler(model, holding(0)).generate(prompts, options);
    await expect(answers).rejects.toThrow(OutOfMemoryError);
    await expect(answers).rejects.toThrow(
      /an answer of 10 tokens to a prompt of 3: .*\(it is full\)\. Lower sampling\.maxNewTokens \(--max-new-tokens\)/,
    );
  });
});

test.each(["cpu", "wasm"] as const)(
  "on %s decoding holds no more than it was tried for",
  async (backend) => {
    await useBackend(backend);
    const shape = { layers: 3, width: 64, vocabulary: 256, heads: 2, positions: 64 };
    const { model, plain } = await loadPair(shape, "2d", { shareWeights: true });
    const ids = Array.from({ length: 24 }, (_, i) => i);
    const rows = ids.slice(0, 8).map((seed) => ({ ids: ids.map((id) => id + seed), seed }));
    const decode = () => new RoomySampler(model).generate(rows, { ...options, maxNewTokens: 3 });
    await decode(); // what is kept from the first use on
    const before = tf.memory().numBytes;
    const { peakBytes } = await tf.profile(async () => void (await decode()));
    const { total } = decodingBuffers(
      {
        model: model.config,
        adapter: model.adapter!.config,
        kernels: "plain",
        decoding: { rows: 8, promptLength: 24, maxNewTokens: 3 },
      },
      true,
    );
    expect((peakBytes - before) / total).toBeLessThan(1);
    expect((peakBytes - before) / total).toBeGreaterThan(0.3);
    tf.dispose(plain.adapter.variables);
    model.adapter!.dispose();
    model.dispose();
  },
);
