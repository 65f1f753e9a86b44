import * as tf from "@tensorflow/tfjs-core";
import { describe, expect, test } from "vitest";
import { backends, expectNoGpuErrors, useBackend } from "../../tests/backends";
import { tryAllocation, tryOnGpu } from "./trial-allocation";

describe.each(backends)("on %s", (backend) => {
  test("what there is room for is had, given back, and leaves the backend as it was", async () => {
    await useBackend(backend);
    const before = tf.memory().numTensors;
    for (let i = 0; i < 3; i++) {
      expect(await tryAllocation([1e6, 999_999, 1])).toBeNull();
    }
    expect(tf.memory().numTensors).toBe(before);
    const sum = tf.tidy(() => tf.add(tf.tensor1d([1, 2]), 1));
    expect([...(await sum.data())]).toEqual([2, 3]);
    sum.dispose();
    await expectNoGpuErrors();
  });

  test("what there is no room for is refused with a reason, and no error is left", async () => {
    await useBackend(backend);
    expect(await tryAllocation([4, 2 ** 50])).toMatch(
      { cpu: /allocation failed/, wasm: /does not grow/, webgpu: /takes buffers of \d+ MB/ }[
        backend
      ],
    );
    expect(await tryAllocation([4])).toBeNull();
    await expectNoGpuErrors();
  });
});

test("wasm's heap holds no more than 4 GB in pieces, and what was refused is free again", async () => {
  await useBackend("wasm");
  const pieces = (gigabytes: number) => Array.from({ length: 10 * gigabytes }, () => 1e8);
  expect(await tryAllocation(pieces(5))).toMatch(/does not grow/);
  expect(await tryAllocation(pieces(3))).toBeNull();
  expect(await tryAllocation(pieces(3))).toBeNull();
});

test.runIf(backends.includes("webgpu"))(
  "a device's own limits refuse a buffer that cannot be bound, or not be made",
  async () => {
    await useBackend("webgpu");
    const adapter = await navigator.gpu.requestAdapter();
    const device = await adapter!.requestDevice(); // with the least limits that WebGPU allows
    const { maxStorageBufferBindingSize } = device.limits;
    expect(await tryOnGpu(device, [maxStorageBufferBindingSize + 4])).toMatch(
      /a shader of this GPU takes buffers of 135 MB at most/,
    );
    expect(await tryOnGpu(device, [4096])).toBeNull();
    const requiredLimits = { maxStorageBufferBindingSize: 2 ** 29 }; // above the largest buffer
    const binds = await (await navigator.gpu.requestAdapter())!.requestDevice({ requiredLimits });
    expect(await tryOnGpu(binds, [2 ** 28 + 4])).toMatch(/exceeds the max buffer size/);
    device.destroy();
    binds.destroy();
  },
);
