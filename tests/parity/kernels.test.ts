import { afterEach, beforeAll, describe, expect, test } from "vitest";
import * as tf from "@tensorflow/tfjs-core";
import { type Output, deviation, runExample, runPlain } from "../../src/engine/kernels/check";
import type { Example } from "../../src/engine/kernels/example";
import { type AnyKernel, kernels } from "../../src/engine/kernels/kernel";
import { backends, expectNoGpuErrors, useBackend } from "../backends";

// Every kernel registers itself when its file loads.
const files = import.meta.glob([
  "../../src/engine/**/*.ts",
  "!../../src/engine/**/*.test.ts",
  "!../../src/engine/simd/assembly/*.ts",
]);
await Promise.all(Object.values(files).map((load) => load()));

const cases = [...kernels].flatMap(([name, kernel]) =>
  kernel.definition.examples().map((example) => ({ name, kernel, example, title: example.title })),
);
const expected = new Map<Example<object>, readonly Output[]>();

beforeAll(async () => {
  await useBackend("cpu");
  for (const { kernel, example } of cases) expected.set(example, await runPlain(kernel, example));
});

afterEach(expectNoGpuErrors);

describe.each(backends)("on %s", (backend) => {
  beforeAll(() => useBackend(backend));

  test.each(cases)(
    "$name: $title, is what its plain form is on cpu",
    async ({ kernel, example }) => {
      const before = tf.memory().numTensors;
      const actual = await runExample(kernel, example);
      expect(deviation(actual, expected.get(example)!, example.tolerance)).toBeLessThanOrEqual(1);
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});

test("a kernel has examples", () => {
  const without = [...kernels].filter(
    ([, kernel]: [string, AnyKernel]) => kernel.definition.examples().length === 0,
  );
  expect(without).toEqual([]);
  expect(kernels.size).toBeGreaterThan(0);
});
