import * as tf from "@tensorflow/tfjs-core";

/** The numbers of each of several tensors, in a single read-back. */
export async function readTogether(tensors: readonly tf.Tensor[]): Promise<Float32Array[]> {
  const sizes = tensors.map(({ size }) => size);
  const all = tf.tidy(() => tf.concat1d(tensors.map((tensor) => tf.reshape(tensor, [-1]))));
  const values = Float32Array.from(await all.data<"float32">());
  all.dispose();
  let at = 0;
  return sizes.map((size) => values.slice(at, (at += size)));
}
