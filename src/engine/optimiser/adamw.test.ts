import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { backends, expectNoGpuErrors, useBackend } from "../../../tests/backends";
import { AdamW, type AdamSettings } from "./adamw";
import { measureGradients } from "./clip";

afterEach(expectNoGpuErrors);

const start = [1, -2, 0.5];
const gradientAt = (step: number) => [0.3, -0.1 * step, 0.02];

function parameter(values = start) {
  return { name: "w", variable: tf.variable(tf.tensor1d(values)) };
}

function run(optimiser: AdamW, steps: readonly number[]): void {
  for (const step of steps) {
    tf.tidy(() =>
      optimiser.apply(optimiser.join(new Map([["w", tf.tensor1d(gradientAt(step))]])), 0.1),
    );
  }
}

/** PyTorch's update of one weight in float64, written out. */
function reference(weight: number, i: number, { weightDecay, decoupled }: Partial<AdamSettings>) {
  let [w, m, v] = [weight, 0, 0];
  for (let t = 1; t <= 3; t++) {
    let g = gradientAt(t)[i]!;
    if (decoupled) w -= 0.1 * weightDecay! * w;
    else g += weightDecay! * w;
    m = 0.9 * m + 0.1 * g;
    v = 0.999 * v + 0.001 * g * g;
    w -= (0.1 * (m / (1 - 0.9 ** t))) / (Math.sqrt(v / (1 - 0.999 ** t)) + 1e-8);
  }
  return w;
}

describe.each(backends)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  test.each([
    { weightDecay: 0, decoupled: true },
    { weightDecay: 0.1, decoupled: true },
    { weightDecay: 0.1, decoupled: false },
  ])("agrees with the update written out: %o", async (settings) => {
    const w = parameter();
    const optimiser = new AdamW([w], settings);
    run(optimiser, [1, 2, 3]);
    expect(await w.variable.data()).toBeAllClose(start.map((x, i) => reference(x, i, settings)));
  });

  test("the first step moves every weight by the learning rate against its gradient", async () => {
    const w = parameter();
    run(new AdamW([w]), [1]);
    expect(await w.variable.data()).toBeAllClose([0.9, -1.9, 0.4]);
  });

  test("a gradient of 0 still moves a weight by its momentum, no gradient does not", async () => {
    const w = parameter();
    const optimiser = new AdamW([w]);
    run(optimiser, [1]);
    const before = Float32Array.from(await w.variable.data());
    tf.tidy(() => optimiser.apply(optimiser.join(new Map()), 0.1));
    expect(await w.variable.data()).toBeAllClose(before);
    tf.tidy(() => optimiser.apply(optimiser.join(new Map([["w", tf.zeros([3])]])), 0.1));
    expect((await w.variable.data())[0]).toBeLessThan(before[0]! - 0.01);
  });

  test("a run resumed from its state ends where the whole run ends", async () => {
    const [whole, cut] = [parameter(), parameter()];
    const first = new AdamW([cut]);
    run(first, [1, 2]);
    const state = await first.state();
    expect(state.step).toBe(2);

    const second = new AdamW([cut]);
    second.restore(state);
    run(second, [3]);
    run(new AdamW([whole]), [1, 2, 3]);
    expect(await cut.variable.data()).toEqual(await whole.variable.data());
  });

  test("refuses a stranger's gradient and a state that does not fit", () => {
    const optimiser = new AdamW([parameter()]);
    expect(() => optimiser.join(new Map([["x", tf.scalar(1)]]))).toThrow(
      "x is no parameter of this optimiser",
    );
    expect(() => optimiser.restore({ step: 1, moments: {} })).toThrow(
      "the saved optimiser has no moments for w, which has 3 weights",
    );
  });

  test("owns its moments alone", () => {
    const w = parameter();
    const before = tf.memory().numTensors;
    const optimiser = new AdamW([w]);
    run(optimiser, [1, 2]);
    expect(tf.memory().numTensors).toBe(before + 1);
    optimiser.dispose();
    expect(tf.memory().numTensors).toBe(before);
    w.variable.dispose();
  });

  test("updates many parameters, each by its own moments, in whatever order their gradients come", async () => {
    const many = [1, 5, 300, 2, 7, 1, 64, 9, 3, 128].map((size, i) => ({
      name: `${i}`,
      variable: tf.variable(tf.fill([size], i)),
    }));
    const optimiser = new AdamW(many);
    const gradients = () =>
      new Map(many.toReversed().map(({ name, variable }) => [name, tf.ones(variable.shape)]));
    tf.tidy(() => optimiser.apply(optimiser.join(gradients()), 0.1));
    tf.tidy(() => optimiser.apply(optimiser.join(gradients()), 0.1));
    for (const [i, { variable }] of many.entries()) {
      expect(await variable.data()).toBeAllClose(new Array<number>(variable.size).fill(i - 0.2), {
        atol: 1e-5,
      });
    }
  });

  test("of many parameters those without a gradient stay as they are", async () => {
    const many = Array.from({ length: 9 }, (_, i) => ({
      name: `${i}`,
      variable: tf.variable(tf.fill([i + 1], i)),
    }));
    const optimiser = new AdamW(many);
    const missing = [0, 4, 5];
    const present = many.filter((_, i) => !missing.includes(i));
    tf.tidy(() => {
      const gradients = present.map(
        ({ name, variable }) => [name, tf.ones(variable.shape)] as const,
      );
      optimiser.apply(optimiser.join(new Map(gradients)), 0.1);
    });
    const { moments } = await optimiser.state();
    for (const [i, { name, variable }] of many.entries()) {
      const value = missing.includes(i) ? i : i - 0.1;
      expect(await variable.data()).toBeAllClose(new Array<number>(i + 1).fill(value));
      expect(moments[name]!.m).toBeAllClose(
        new Array<number>(i + 1).fill(missing.includes(i) ? 0 : 0.1),
      );
    }
  });

  test.runIf(backend === "webgpu")(
    "an update of 24 parameters, clipped, is 3 dispatches",
    async () => {
      const many = Array.from({ length: 24 }, (_, i) => ({
        name: `${i}`,
        variable: tf.variable(tf.fill([i + 1], 1)),
      }));
      const optimiser = new AdamW(many);
      const gradients = new Map(many.map(({ name, variable }) => [name, tf.ones(variable.shape)]));
      await gradients.get("23")!.data();
      const dispatches = vi.spyOn(GPUComputePassEncoder.prototype, "dispatchWorkgroups");
      tf.tidy(() => {
        const joined = optimiser.join(gradients);
        optimiser.apply(joined, 0.1, measureGradients(joined, { maxNorm: 1 }));
      });
      expect(dispatches.mock.calls.length).toBe(3); // squares, norm, AdamW
      dispatches.mockRestore();
      expect((await many[23]!.variable.data())[23]).toBeCloseTo(0.9, 4);
    },
  );

  test("a norm that is not finite leaves weights and moments as they were", async () => {
    const w = parameter();
    const optimiser = new AdamW([w]);
    const gradients = new Map([["w", tf.tensor1d([1, NaN, 1])]]);
    tf.tidy(() => {
      const joined = optimiser.join(gradients);
      optimiser.apply(joined, 0.1, measureGradients(joined));
    });
    expect([...(await w.variable.data())]).toEqual(start);
    expect([...(await optimiser.state()).moments.w!.m]).toEqual([0, 0, 0]);
  });
});
