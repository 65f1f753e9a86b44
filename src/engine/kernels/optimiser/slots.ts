/** Tensors that a shader takes several of at once, under numbered names. */
import type * as tf from "@tensorflow/tfjs-core";

/** The numbered inputs of one prefix, in order: g0, g1 … */
export function slots<T extends tf.TensorInfo>(
  inputs: Readonly<Record<string, T | undefined>>,
  prefix: string,
): T[] {
  const found: T[] = [];
  for (let i = 0; inputs[`${prefix}${i}`] !== undefined; i++) found.push(inputs[`${prefix}${i}`]!);
  return found;
}

export function named<T>(prefix: string, items: readonly T[]): Record<string, T> {
  return Object.fromEntries(items.map((item, i) => [`${prefix}${i}`, item]));
}
