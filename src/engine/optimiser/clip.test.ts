import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { backends, expectNoGpuErrors, useBackend } from "../../../tests/backends";
import { checkedNorm, measureGradients } from "./clip";
import { joinGradients } from "./gradients";

afterEach(expectNoGpuErrors);

const gradients = () =>
  new Map<string, tf.Tensor>([
    ["a", tf.tensor1d([3, 0])],
    ["b", tf.tensor2d([[4], [12]])],
  ]);

describe.each(backends)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  test("the norm is that of all gradients together", async () => {
    expect(await measureGradients(joinGradients(gradients())).data()).toBeAllClose([13, 1]);
    expect(await measureGradients(joinGradients(new Map())).data()).toBeAllClose([0, 1]);
    const many = new Map(Array.from({ length: 16 }, (_, i) => [`${i}`, tf.tensor1d([1, 1, 1, 1])]));
    expect(await measureGradients(joinGradients(many)).data()).toBeAllClose([8, 1]);
  });

  test("clips by PyTorch's rule, the mean over micro-batches, and only what is too large", async () => {
    const clip = (divisor: number, maxNorm: number) =>
      measureGradients(joinGradients(gradients()), { divisor, maxNorm }).data();
    expect(await clip(1, 1)).toBeAllClose([13, 1 / (13 + 1e-6)]);
    expect(await clip(2, 1)).toBeAllClose([6.5, 0.5 / (6.5 + 1e-6)]);
    expect(await clip(2, 7)).toBeAllClose([6.5, 0.5]);
  });
});

test("refuses a norm that is not finite", () => {
  expect(() => checkedNorm(Infinity)).toThrow(
    "the gradient's norm is Infinity; lower the learning rate",
  );
  expect(checkedNorm(2)).toBe(2);
});
