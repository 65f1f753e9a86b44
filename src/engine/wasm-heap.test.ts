import * as tf from "@tensorflow/tfjs-core";
import { afterEach, beforeAll, expect, test } from "vitest";
import { useBackend } from "../../tests/backends";
import { fillHeap, releaseHeap } from "../../tests/full-heap";
import { isOutOfMemory } from "./out-of-memory";
import { guardHeap, HeapFullError, type WasmHeap, wasmHeap } from "./wasm-heap";

beforeAll(() => useBackend("wasm"));
afterEach(releaseHeap);

test("a full heap refuses a tensor before anything is written, and computes on once there is room", async () => {
  const ones = tf.ones([1000]);
  fillHeap(1e5);
  const before = tf.memory().numTensors;
  const large = () => tf.tensor1d(new Float32Array(1e6).fill(7));
  expect(large).toThrow(HeapFullError);
  expect(() => tf.tidy(() => tf.fill([1000, 1000], 7))).toThrow(/no room for 4 MB more/);
  expect(tf.memory().numTensors).toBe(before);
  releaseHeap();
  const sum = tf.tidy(() => tf.add(tf.sum(large()), tf.sum(ones)));
  expect((await sum.data())[0]).toBe(7e6 + 1000);
  tf.dispose([ones, sum]);
});

test("a kernel without room for what it needs itself is an error too, and no product of garbage", async () => {
  const [a, b] = [tf.ones<tf.Rank.R2>([8, 1000]), tf.ones<tf.Rank.R2>([1000, 1000])];
  fillHeap(1e6); // for the product, and not for the copy of b
  expect(() => tf.matMul(a, b)).toThrow(/no room for a kernel's copy of its weights/);
  releaseHeap();
  const product = tf.matMul(a, b);
  expect([...new Set(await product.data())]).toEqual([1000]);
  tf.dispose([a, b, product]);
});

test.each([805_306_368, 268_435_456])(
  "pieces of %i bytes are given out up to the heap's end, and none beyond it",
  (size) => {
    const heap = wasmHeap();
    const taken: number[] = [];
    const more = () => taken.push(heap._malloc(size));
    try {
      expect(() => {
        for (;;) more();
      }).toThrow(HeapFullError);
      expect(taken.length).toBeGreaterThan(2);
      for (const at of taken) expect((at >>> 0) + size).toBeLessThanOrEqual(heap.HEAPU8.length);
    } finally {
      for (const at of taken) heap._free(at >>> 0); // as tfjs does
    }
    const most = taken.length;
    for (let i = 0; i < 20; i++) {
      // what was given back can be had again
      for (let n = 0; n < most; n++) more();
      for (const at of taken.slice(-most)) heap._free(at >>> 0);
    }
  },
);

test("its error is known as memory that ran out, and a tensor without numbers is no error", () => {
  const pieces: WasmHeap = {
    ...{ HEAPU8: new Uint8Array(16), _malloc: () => 0, _free: () => undefined },
  };
  guardHeap(pieces);
  guardHeap(pieces); // the second time changes nothing
  const told = (() => {
    try {
      return pieces._malloc(8);
    } catch (error) {
      return error;
    }
  })();
  expect(isOutOfMemory(told)).toBe(true);
  expect(pieces._malloc(0)).toBe(0);
});
