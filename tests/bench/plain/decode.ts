/** Sampling by reading the last position's logits after every token. */
import * as tf from "@tensorflow/tfjs-core";
import { type KeysValues, plainHidden, type PlainGpt2, plainLogits } from "./model";

/** Picks a token from logits. */
export type Pick = (logits: Float32Array) => number;

/** Computes the whole sequence again for every token. Prompts are of one length. @returns the new tokens of each row. */
export async function decodeRecomputing(
  model: PlainGpt2,
  prompts: readonly (readonly number[])[],
  tokens: number,
  pick: Pick,
): Promise<number[][]> {
  const rows = prompts.map((prompt) => [...prompt]);
  for (let n = 0; n < tokens; n++) {
    const logits = tf.tidy(() => {
      const { hidden } = plainHidden(model, tf.tensor2d(rows, undefined, "int32"));
      return plainLogits(model, lastPosition(hidden));
    });
    append(rows, await take(logits), pick);
  }
  return rows.map((row, i) => row.slice(prompts[i]!.length));
}

/** Keeps keys and values, made longer by tf.concat for every token. */
export async function decodeConcatenating(
  model: PlainGpt2,
  prompts: readonly (readonly number[])[],
  tokens: number,
  pick: Pick,
): Promise<number[][]> {
  const rows = prompts.map((): number[] => []);
  let past: KeysValues[] = [];
  for (let n = 0; n < tokens; n++) {
    const input = n === 0 ? prompts.map((row) => [...row]) : rows.map((row) => [row.at(-1)!]);
    const earlier = past;
    const step = tf.tidy(() => {
      const ids = tf.tensor2d(input, undefined, "int32");
      const { hidden, present } = plainHidden(model, ids, n === 0 ? {} : { past: earlier });
      return { logits: plainLogits(model, lastPosition(hidden)), present };
    });
    dispose(earlier);
    past = step.present;
    append(rows, await take(step.logits), pick);
  }
  dispose(past);
  return rows;
}

/** The most probable token. */
export const greedy: Pick = (logits) =>
  logits.reduce((best, z, token) => (z > logits[best]! ? token : best), 0);

/** Draws from the softmax by inverting its distribution function. */
export function sampling(random: () => number): Pick {
  return (logits) => {
    const largest = logits.reduce((a, b) => Math.max(a, b), -Infinity);
    const weights = logits.map((z) => Math.exp(z - largest));
    let left = random() * weights.reduce((a, b) => a + b, 0);
    const token = weights.findIndex((weight) => (left -= weight) < 0);
    return token === -1 ? weights.length - 1 : token;
  };
}

function lastPosition(hidden: tf.Tensor): tf.Tensor {
  const [batch, length, width] = hidden.shape as [number, number, number];
  return tf.slice(hidden, [0, length - 1, 0], [batch, 1, width]);
}

async function take(logits: tf.Tensor2D): Promise<Float32Array[]> {
  const values = await logits.data<"float32">();
  const [rows, vocabulary] = logits.shape;
  logits.dispose();
  return Array.from({ length: rows }, (_, i) => values.slice(i * vocabulary, (i + 1) * vocabulary));
}

function append(rows: number[][], logits: readonly Float32Array[], pick: Pick): void {
  rows.forEach((row, i) => row.push(pick(logits[i]!)));
}

function dispose(past: readonly KeysValues[]): void {
  tf.dispose(past.flatMap(({ k, v }) => [k, v]));
}
