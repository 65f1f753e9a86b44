import * as tf from "@tensorflow/tfjs-core";

/**
 * From numbers of tokens, row after row, to their sum or mean in each row, as a matrix: on wasm, which lacks segment sums,
 * that is a product of a few hundred numbers.
 * @param lengths  tokens of each row, n in all.
 * @returns        [rows, n]
 */
export function poolOf(lengths: readonly number[], by: "sum" | "mean"): tf.Tensor2D {
  const tokens = lengths.reduce((a, b) => a + b, 0);
  const values = new Float32Array(lengths.length * tokens);
  let start = 0;
  lengths.forEach((length, row) => {
    const from = row * tokens + start;
    values.fill(by === "sum" ? 1 : 1 / length, from, from + length);
    start += length;
  });
  return tf.tensor2d(values, [lengths.length, tokens]);
}

/** pool [rows, n] · x [n] → [rows]. */
export function pooled(pool: tf.Tensor2D, x: tf.Tensor1D): tf.Tensor1D {
  return tf.tidy(() => tf.reshape<tf.Rank.R1>(tf.matMul(pool, tf.expandDims(x, 1)), [-1]));
}
