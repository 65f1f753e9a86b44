import * as tf from "@tensorflow/tfjs-core";

/** The numbers of several tensors, one after the other, in a single read-back. */
export async function readTogether(tensors: readonly tf.Tensor[]): Promise<Float32Array> {
  const all = tf.tidy(() => tf.concat1d(tensors.map((tensor) => tf.reshape(tensor, [-1]))));
  const values = Float32Array.from(await all.data<"float32">());
  all.dispose();
  return values;
}
