import * as tf from "@tensorflow/tfjs-core";
import { type AttachedAdapter, exportAdapter } from "../../../src/engine/adapter/attach";
import type { PlainGpt2 } from "./model";

/** The same adapter in variables of its own, which the caller disposes. */
export async function copyAdapter(
  adapter: AttachedAdapter,
): Promise<PlainGpt2["adapter"] & { readonly variables: tf.Variable[] }> {
  const { tensors } = await exportAdapter(adapter);
  const copies = tensors.map(
    ({ name, shape, data }) =>
      [name, tf.tidy(() => tf.variable(tf.tensor(data, [...shape])))] as const,
  );
  return {
    tensors: new Map(copies),
    scaling: adapter.scaling,
    variables: copies.map(([, variable]) => variable),
  };
}
