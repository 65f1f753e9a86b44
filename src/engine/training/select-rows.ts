import * as tf from "@tensorflow/tfjs-core";
import { custom } from "../kernels/custom";

/**
 * Some rows of a matrix: y[i] = x[rows[i]]. x [n, d], rows int32 [m], each at most once → [m, d].
 * The gradient scatters; tfjs's own needs UnsortedSegmentSum, which wasm lacks.
 */
export function selectRows(x: tf.Tensor2D, rows: tf.Tensor1D): tf.Tensor2D {
  return custom<tf.Tensor2D>([x], ([input]) => ({
    value: tf.gather(input as tf.Tensor2D, rows),
    saved: [rows],
    gradients: (dy, [saved]) => [tf.scatterND(tf.expandDims(saved!, 1), dy, x.shape)],
  }));
}
