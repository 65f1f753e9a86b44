/** Logits of a few rows at a time in plain ops. */
import * as tf from "@tensorflow/tfjs-core";
import { project } from "../project";

export interface TiedHead extends Record<string, tf.Tensor | undefined> {
  readonly wte: tf.Tensor2D; // [vocabulary, width]
  /** wteᵀ, where the caller keeps it. */
  readonly transposed?: tf.Tensor2D | undefined;
}

/** Rows whose logits exist at once: of 50,257 tokens 13 MB. */
const ROWS = 64;

/** What `score` gives for the logits of each chunk of rows, put together along the first axis. */
export function inRowChunks(
  states: tf.Tensor2D,
  { wte, transposed }: TiedHead,
  score: (logits: tf.Tensor2D, firstRow: number) => tf.Tensor[],
): tf.Tensor[] {
  const [rows] = states.shape;
  const chunks: tf.Tensor[][] = [];
  for (let first = 0; first < rows; first += ROWS) {
    const chunk = tf.tidy(() => {
      const some = tf.slice(states, first, Math.min(ROWS, rows - first));
      return score(project(some, wte, transposed ?? null), first);
    });
    chunks.push(chunk);
  }
  return chunks[0]!.map((_, output) => tf.concat(chunks.map((chunk) => chunk[output]!)));
}

/** z[i, targets[i]] from the flat array: the batched gather gives wrong values on wasm. */
export function pick(z: tf.Tensor2D, targets: tf.Tensor1D): tf.Tensor1D {
  const [rows, vocabulary] = z.shape;
  const offsets = tf.range(0, rows * vocabulary, vocabulary, "int32");
  return tf.gather(tf.reshape(z, [-1]), tf.add(offsets, targets));
}
