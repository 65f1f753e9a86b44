/**
 * Defects of tfjs 4.22 that the engine works around. Each test shows the defect and fails once tfjs mends it: then the
 * file named in its title can drop the workaround. docs/decisions.md lists them.
 */
import * as tf from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { beforeAll, describe, expect, test } from "vitest";
import type { WasmHeap } from "../../src/engine/wasm-heap";
import { backends, useBackend } from "../backends";

const webgpu = describe.skipIf(!backends.includes("webgpu"));

/** The largest difference, element by element. */
function distance(actual: ArrayLike<number>, expected: ArrayLike<number>): number {
  return Array.from(expected).reduce((most, e, i) => Math.max(most, Math.abs(e - actual[i]!)), 0);
}

describe("on wasm", () => {
  beforeAll(() => useBackend("wasm"));

  test("gather has no gradient: UnsortedSegmentSum is missing (kernels/embedding.ts)", () => {
    const table = tf.ones([3, 2]);
    const gradient = tf.grad((x) => tf.gather(x, tf.tensor1d([1, 1], "int32")));
    expect(() => gradient(table)).toThrow("UnsortedSegmentSum");
  });

  test("einsum is missing (none is used)", () => {
    const x = tf.ones([2, 2]);
    expect(() => tf.einsum("ij,jk->ik", x, x)).toThrow("Einsum");
  });

  test("gather along a batch axis takes wrong values (none is used)", async () => {
    const rows = tf.tensor2d([
      [0, 1, 2, 3],
      [10, 11, 12, 13],
      [20, 21, 22, 23],
    ]);
    const ids = tf.tensor2d([[3], [0], [2]], undefined, "int32");
    const taken = async () => tf.gather(rows, ids, 1, 1).data(); // it may read beyond its memory
    const wrong = await taken().then(
      (values) => distance(values, [3, 10, 22]),
      () => Infinity,
    );
    expect(wrong).toBeGreaterThan(0.5);
  });

  test("a heap that has no room is taken for address 0, without an error (wasm-heap.ts)", () => {
    const { wasm } = tf.backend() as unknown as { readonly wasm: WasmHeap };
    const guarded = wasm._malloc.bind(wasm);
    const owner = tf.backend() as unknown as { getMemoryOffset(dataId: object): number };
    wasm._malloc = () => 0; // as Emscripten's does once it cannot grow
    try {
      expect(owner.getMemoryOffset(tf.fill([2], 7).dataId)).toBe(0);
    } finally {
      wasm._malloc = guarded;
    }
  });
});

webgpu("on webgpu", () => {
  beforeAll(() => useBackend("webgpu"));

  test("multinomial always draws 0 first (generate/sampler.ts, kernels/decode/sample.ts)", async () => {
    const mostlyTwo = tf.tensor2d([[0, 0, 10, 0]]); // 0 has probability 5e-5
    for (const seed of [1, 2, 3]) {
      expect([...(await tf.multinomial(mostlyTwo, 4, seed).data())]).toEqual([0, 2, 2, 2]);
    }
  });

  test("dataSync throws in Node (everywhere data() is awaited; encoder/encoder.ts stays on wasm)", () => {
    const computed = tf.add(tf.ones([1000]), 1);
    expect(() => computed.dataSync()).toThrow();
  });

  test("an error of the device is only printed, and the result is zero (tests/backends.ts)", async () => {
    const { device } = tf.backend() as WebGPUBackend;
    const heard = new Promise<string>((resolve) => {
      device.addEventListener("uncapturederror", ({ error }) => resolve(error.message), {
        once: true,
      });
    });
    device.createShaderModule({ code: "no WGSL" }); // no throw
    expect(await heard).toContain("expected");
  });
});

describe.each(["cpu", "wasm"] as const)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  test("running sums are off beyond rounding (core/ppo sums on the host, in float64)", async () => {
    const values = Float32Array.from({ length: 50_257 }, (_, i) => Math.sin(i) ** 2 / 50_257);
    const sums = await tf.cumsum(tf.tensor1d(values), 0, true, true).data();
    let sum = 0;
    const exact = new Float64Array(values.length);
    for (let i = values.length - 1; i > 0; i--) exact[i - 1] = sum += values[i]!;
    expect(distance(sums, exact)).toBeGreaterThan(1e-7); // half a step of float32 at 0.5 is 3e-8
  });
});
