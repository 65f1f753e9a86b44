import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { backends, expectNoGpuErrors, useBackend } from "../../../tests/backends";
import { diskFolder } from "../../../tests/parity/folder";
import { loadGoldenModel, readGoldenAdapter } from "../../../tests/parity/gpt2-cases";
import { createAdapter, importAdapter } from "../adapter/attach";
import { causalAttention } from "./attention";
import type { Gpt2 } from "./model";

const golden = diskFolder("tests/fixtures/golden");
const [BATCH, LENGTH] = [2, 5];
const attend = (model: Gpt2) => causalAttention([BATCH, LENGTH], model.config.heads);
const states = ({ config }: Gpt2, seed: number) =>
  tf.randomNormal<tf.Rank.R2>([BATCH * LENGTH, config.width], 0, 1, "float32", seed);
const everyMap = {
  rank: 3,
  loraAlpha: 6,
  loraDropout: 0.3,
  targetModules: ["c_attn", "c_proj", "c_fc"],
  useRslora: false,
};

afterEach(expectNoGpuErrors);

describe.each(backends)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  test.each(["adapters on every map, with dropout", "trainable weights"])(
    "the gradients are those of the block on one tape, with %s",
    async (case_) => {
      const model = await loadGoldenModel(golden);
      const adapter = createAdapter(model, everyMap, 1);
      const full = case_ === "trainable weights";
      if (full) model.makeTrainable();
      else model.adapter = adapter;
      for (const { b } of adapter.maps.values()) {
        tf.tidy(() => b.assign(tf.randomNormal(b.shape, 0, 0.1, "float32", 3)));
      }
      const options = { dropoutSeed: 5 };
      const by = (full ? [...model.namedParameters()] : adapter.variables())
        .map((entry) => (Array.isArray(entry) ? { name: entry[0], variable: entry[1] } : entry))
        .filter(({ name }) => name.startsWith("h.1."))
        .map(({ variable }) => variable);
      const [x, dy] = [states(model, 1), states(model, 2)];

      const { dx, gradients } = model.layerBackward(1, { x, dy }, by, attend(model), options);
      const forward = () => model.layer(1, x, attend(model), options);
      const tape = tf.engine().gradients(forward, [x, ...by], dy);
      const actual = [dx, ...gradients];
      expect(actual.length).toBe(full ? 13 : 9);
      for (const [i, expected] of tape.grads.entries()) {
        expect(await actual[i]!.data()).toBeAllClose(await expected.data(), { atol: 1e-5 });
      }
      tf.dispose([tape.value, tape.grads, x, dy, dx]);
      tf.dispose(gradients);
      adapter.dispose();
      model.dispose();
    },
  );

  test("leaves nothing behind but the gradients", async () => {
    const model = await loadGoldenModel(golden);
    const adapter = createAdapter(model, everyMap, 1);
    model.adapter = adapter;
    const by = adapter
      .variables()
      .filter(({ name }) => name.startsWith("h.0."))
      .map(({ variable }) => variable);
    const [x, dy] = [states(model, 1), states(model, 2)];
    const before = tf.memory().numTensors;
    const { dx, gradients } = model.layerBackward(0, { x, dy }, by, attend(model), {
      dropoutSeed: 1,
    });
    expect(tf.memory().numTensors).toBe(before + 1 + by.length);
    tf.dispose([x, dy, dx]);
    tf.dispose(gradients);
    adapter.dispose();
    model.dispose();
  });
});

describe.skipIf(!backends.includes("webgpu"))("dispatches of a layer on webgpu", () => {
  beforeAll(() => useBackend("webgpu"));

  test("with an adapter on c_attn: 8 forward, at most 22 backward", async () => {
    const model = await loadGoldenModel(golden);
    const adapter = importAdapter(model, await readGoldenAdapter(golden));
    model.adapter = adapter;
    const { a, b } = adapter.maps.get("h.0.attn.c_attn")!;
    const [x, dy] = [states(model, 1), states(model, 2)];
    const dispatch = vi.spyOn(GPUComputePassEncoder.prototype, "dispatchWorkgroups");
    const count = (run: () => tf.Tensor[]) => {
      dispatch.mockClear();
      const results = run();
      const dispatches = dispatch.mock.calls.length;
      tf.dispose(results);
      return dispatches;
    };
    const forward = count(() => [model.layer(0, x, attend(model))]);
    const backward = count(() => {
      const { dx, gradients } = model.layerBackward(0, { x, dy }, [a, b], attend(model));
      return [dx, ...(gradients as tf.Tensor[])];
    });
    dispatch.mockRestore();
    expect(forward).toBe(8);
    expect(backward).toBeLessThanOrEqual(22);
    tf.dispose([x, dy]);
    adapter.dispose();
    model.dispose();
  });
});
