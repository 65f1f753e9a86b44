/** Rows of a table. tfjs's gradient of gather needs UnsortedSegmentSum, which wasm does not have. */
import * as tf from "@tensorflow/tfjs-core";
import { custom } from "./custom";
import { isTrainable } from "./linear-pass";

/** y[i] = table[ids[i]]. ids int32 [n], table [rows, d] → [n, d]. The gradient adds up rows that occur more than once. */
export function embedding(ids: tf.Tensor1D, table: tf.Tensor2D): tf.Tensor2D {
  if (!isTrainable(table)) return tf.gather(table, ids);
  return custom<tf.Tensor2D>([table], ([rows]) => ({
    value: tf.gather(rows as tf.Tensor2D, ids),
    saved: [ids],
    gradients: (dy, [savedIds]) => [tf.scatterND(tf.expandDims(savedIds!, 1), dy, table.shape)],
  }));
}
