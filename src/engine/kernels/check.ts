/** Runs a kernel's examples: on the current backend in its fused form, and in plain ops on cpu for comparison. */
import * as tf from "@tensorflow/tfjs-core";
import { type Example, toTensor } from "./example";
import type { AnyKernel } from "./kernel";

export type Output = { readonly shape: readonly number[]; readonly values: Float32Array };

/** The example's outputs on the current backend. Leaves no tensor behind. */
export async function runExample(kernel: AnyKernel, example: Example<object>): Promise<Output[]> {
  return outputsOf(() => kernel(tensorsOf(example), example.attributes));
}

/** What the kernel means: its plain form, on whatever backend is current. */
export async function runPlain(kernel: AnyKernel, example: Example<object>): Promise<Output[]> {
  return outputsOf(() => kernel.definition.plain(tensorsOf(example), example.attributes));
}

/**
 * The largest |actual − expected| / (atol + rtol·|expected|) over all outputs: at most 1 where they agree.
 * Infinity where a shape differs or a number is none.
 */
export function deviation(
  actual: readonly Output[],
  expected: readonly Output[],
  { rtol, atol } = DEFAULT_TOLERANCE,
): number {
  if (actual.length !== expected.length) return Infinity;
  let worst = 0;
  for (const [i, { shape, values }] of expected.entries()) {
    const got = actual[i]!;
    if (got.shape.join() !== shape.join()) return Infinity;
    values.forEach((value, k) => {
      const off = Math.abs(got.values[k]! - value) / (atol + rtol * Math.abs(value));
      worst = Number.isNaN(off) ? Infinity : Math.max(worst, off);
    });
  }
  return worst;
}

const DEFAULT_TOLERANCE = { rtol: 1e-4, atol: 1e-5 };

function tensorsOf({ inputs }: Example<object>): Record<string, tf.Tensor | undefined> {
  return Object.fromEntries(
    Object.entries(inputs).map(([name, input]) => [name, input && toTensor(input)]),
  );
}

async function outputsOf(run: () => tf.Tensor[]): Promise<Output[]> {
  const tensors = tf.tidy(run);
  const read = tensors.map(async (tensor) => ({
    shape: tensor.shape,
    values: Float32Array.from(await tensor.data()),
  }));
  const outputs = await Promise.all(read);
  tf.dispose(tensors);
  return outputs;
}
