import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { backends, expectNoGpuErrors, useBackend } from "../../../tests/backends";
import { diskFolder } from "../../../tests/parity/folder";
import { loadGoldenModel, readGoldenAdapter } from "../../../tests/parity/gpt2-cases";
import { type AttachedAdapter, createAdapter, importAdapter } from "../adapter/attach";
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

const DROPOUT_SEED = 5;

/** A block in tfjs's own operations, on a tape. */
function plainBlock(x: tf.Tensor2D, model: Gpt2, layer: number, adapter: AttachedAdapter | null) {
  const { heads, width, layerNormEpsilon: epsilon } = model.config;
  const { ln1, cAttn, attnProj, ln2, cFc, mlpProj } = model.weights.blocks[layer]!;
  const norm = (input: tf.Tensor, { gain, bias }: typeof ln1) => {
    const { mean, variance } = tf.moments(input, 1, true);
    const unit = tf.div(tf.sub(input, mean), tf.sqrt(tf.add(variance, epsilon)));
    return tf.add(tf.mul(unit, gain), bias);
  };
  const map = (input: tf.Tensor, { name, weight, bias }: typeof cAttn) => {
    const y = tf.add(tf.matMul(input, weight), bias);
    const term = adapter?.term(name, DROPOUT_SEED);
    if (!term) return y;
    const { a, b, scaling, mask } = term;
    const dropped = mask ? tf.mul(input, mask(input.shape as [number, number])) : input;
    const low = tf.matMul(dropped, a, false, true);
    return tf.add(y, tf.mul(tf.matMul(low, b, false, true), scaling));
  };
  const split = (packed: tf.Tensor) =>
    tf.transpose(tf.reshape(packed, [BATCH, LENGTH, heads, width / heads]), [0, 2, 1, 3]);
  const [q, k, v] = tf.split(map(norm(x, ln1), cAttn), 3, 1).map(split) as [
    tf.Tensor4D,
    tf.Tensor4D,
    tf.Tensor4D,
  ];
  const scores = tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(width / heads));
  const later = Float32Array.from({ length: LENGTH ** 2 }, (_, at) =>
    at % LENGTH > Math.floor(at / LENGTH) ? -1e9 : 0,
  );
  const weights = tf.softmax(tf.add(scores, tf.tensor2d(later, [LENGTH, LENGTH])));
  const joined = tf.reshape(tf.transpose(tf.matMul(weights, v), [0, 2, 1, 3]), x.shape);
  const middle = tf.add(x, map(joined, attnProj));
  const u = map(norm(middle, ln2), cFc);
  const cubed = tf.mul(0.044715, tf.mul(u, tf.mul(u, u)));
  const bent = tf.tanh(tf.mul(Math.sqrt(2 / Math.PI), tf.add(u, cubed)));
  const active = tf.mul(tf.mul(0.5, u), tf.add(1, bent));
  return tf.add<tf.Tensor2D>(middle, map(active, mlpProj));
}

afterEach(expectNoGpuErrors);

describe.each(backends)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  test.each(["adapters on every map, with dropout", "trainable weights"])(
    "value and gradients are those of plain tfjs, with %s",
    async (case_) => {
      const model = await loadGoldenModel(golden);
      const adapter = createAdapter(model, everyMap, 1);
      const full = case_ === "trainable weights";
      if (full) model.makeTrainable();
      else model.adapter = adapter;
      for (const { b } of adapter.maps.values()) {
        tf.tidy(() => b.assign(tf.randomNormal(b.shape, 0, 0.1, "float32", 3)));
      }
      const options = { dropoutSeed: DROPOUT_SEED };
      const by = (full ? [...model.namedParameters()] : adapter.variables())
        .map((entry) => (Array.isArray(entry) ? { name: entry[0], variable: entry[1] } : entry))
        .filter(({ name }) => name.startsWith("h.1."))
        .map(({ variable }) => variable);
      const [x, dy] = [states(model, 1), states(model, 2)];

      const { dx, gradients } = model.layerBackward(1, { x, dy }, by, attend(model), options);
      const value = model.layer(1, x, attend(model), options);
      const forward = () => plainBlock(x, model, 1, full ? null : adapter);
      const tape = tf.engine().gradients(forward, [x, ...by], dy);
      expect(await value.data()).toBeAllClose(await tape.value.data(), { atol: 1e-5 });
      const actual = [dx, ...gradients];
      expect(actual.length).toBe(full ? 13 : 9);
      for (const [i, expected] of tape.grads.entries()) {
        expect(await actual[i]!.data()).toBeAllClose(await expected.data(), { atol: 1e-5 });
      }
      tf.dispose([value, tape.value, tape.grads, x, dy, dx]);
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
