import * as tf from "@tensorflow/tfjs-core";
import { beforeAll, expect, test, vi } from "vitest";
import { useBackend } from "../../../tests/backends";
import { stream } from "../../core/random";
import { runExample } from "../kernels/check";
import { kernels } from "../kernels/kernel";
import "../kernels/all";
import { OWN_MEMORY, SHARED_MEMORY } from "./compiled";
import type { Functions } from "./simd";

beforeAll(() => useBackend("wasm"));

const tensorsHeld = () => tf.backend().numDataIds();

/** Where the products of these tests may pack. */
const ROOM = 4_000_000;

/** The functions over a memory of their own, whose first part is filled. */
async function load(base64: string, shared: boolean) {
  const memory = new WebAssembly.Memory({ initial: 100, maximum: 128, shared });
  const { instance } = await WebAssembly.instantiate(Buffer.from(base64, "base64"), {
    env: { memory },
  });
  const values = new Float32Array(memory.buffer);
  const random = stream(1, "simd");
  for (let i = 0; i < 20_000; i++) values[i] = 2 * random() - 1;
  return { functions: instance.exports as unknown as Functions, values };
}

test("what it makes of threads' shared memory is what it makes of its own", async () => {
  const [own, shared] = [await load(OWN_MEMORY, false), await load(SHARED_MEMORY, true)];
  for (const { functions } of [own, shared]) {
    functions.layerNorm(0, 4000, 80_000, 3, 100, 1e-5);
    functions.addProduct(80_000, 8000, 84_000, 3, 100, 36, false, false, ROOM);
    functions.addProduct(84_000, 30_000, 88_000, 3, 36, 51, false, true, ROOM);
    functions.addProduct(88_000, 30_000, 90_000, 51, 3, 36, true, false, ROOM);
    functions.gelu(90_000, 98_000, 1836);
  }
  expect([...shared.values]).toEqual([...own.values]);
  expect(new Set(own.values.subarray(24_500, 26_336)).size).toBeGreaterThan(1800);
});

test("GELU is that of float64 from −10 to 10, but for what rounding its exponent changes", async () => {
  const { functions, values } = await load(OWN_MEMORY, false);
  for (let i = 0; i < 2000; i++) values[i] = (i - 1000) / 100;
  functions.gelu(0, 8000, 2000);
  for (let i = 0; i < 2000; i++) {
    const x = values[i]!;
    const exponent = -2 * Math.sqrt(2 / Math.PI) * (x + 0.044715 * x ** 3);
    const exact = x / (1 + Math.exp(exponent));
    const rounding = 2 ** -22 * (2 + Math.max(0, exponent));
    const off = Math.abs(values[2000 + i]! - exact);
    expect(off, `GELU(${x})`).toBeLessThanOrEqual(rounding * Math.abs(exact));
  }
});

const sizes = [1, 2, 3, 4, 5, 7, 8, 9, 12, 13, 16, 33, 97].map((rows, i) => ({
  ...{ rows, depth: [4, 385, 12, 7, 36, 768][i % 6]!, columns: [8, 5, 523, 36, 4][i % 5]! },
}));
test.each(sizes)(
  "a product of $rows × $depth × $columns adds its terms one after the other, whichever way its factors lie",
  async ({ rows, depth, columns }) => {
    const { functions, values } = await load(OWN_MEMORY, false);
    const [a, b, c] = [0, 100_000, 600_000];
    for (let i = 0; i < c; i++) values[i] = values[i % 20_000]! + (i >> 14);
    for (const [aTurned, bTurned] of [
      [false, false],
      [false, true],
      [true, false],
    ] as const) {
      values.fill(0.25, c, c + rows * columns);
      functions.addProduct(4 * a, 4 * b, 4 * c, rows, depth, columns, aTurned, bTurned, ROOM);
      for (let i = 0; i < rows; i++) {
        for (let j = 0; j < columns; j++) {
          let sum = 0.25;
          for (let k = 0; k < depth; k++) {
            const left = values[a + (aTurned ? k * rows + i : i * depth + k)]!;
            const right = values[b + (bTurned ? j * depth + k : k * columns + j)]!;
            sum = Math.fround(sum + Math.fround(left * right));
          }
          if (values[c + i * columns + j] !== sum) expect.fail(`[${i}, ${j}] is not ${sum}`);
        }
      }
    }
  },
);

test("the projections of decoding and of training go this way", async () => {
  for (const name of [
    "decodeInnerLayer",
    "decodeHead",
    "projection",
    "projectionBackward",
    "product",
  ]) {
    const kernel = kernels.get(name)!;
    const form = vi.spyOn(kernel.definition as Required<typeof kernel.definition>, "wasm");
    for (const example of kernel.definition.examples()) await runExample(kernel, example);
    const taken = form.mock.results.filter(({ value }) => value !== null);
    expect(taken.length).toBeGreaterThanOrEqual(3);
    form.mockRestore();
  }
});

test("no form leaves a tensor behind but its results", async () => {
  const forms = [...kernels.values()].filter(({ definition }) => definition.wasm !== undefined);
  expect(forms.length).toBeGreaterThan(4);
  for (const kernel of forms) {
    for (const example of kernel.definition.examples()) {
      const before = tensorsHeld();
      await runExample(kernel, example);
      expect(tensorsHeld()).toBe(before);
    }
  }
});
