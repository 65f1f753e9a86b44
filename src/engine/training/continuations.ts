import * as tf from "@tensorflow/tfjs-core";
import { IGNORED, padBatch } from "../../core/sft/labels";
import type { Gpt2 } from "../gpt2/model";
import { targetStates } from "./backward";
import { scoreTokens } from "./log-probs";

/** Sequences that are scored at once, at most: bounds the memory. */
export const SCORED_AT_ONCE = 16;

export interface ContinuationTokens {
  readonly prompt: readonly number[];
  readonly continuation: readonly number[];
}

/**
 * Log-probability of each continuation after its prompt, Σ_t log p(token_t | all before it), in nats. All go through the model
 * together, so figures of one call may differ in their last digits from those of another that holds other rows.
 *
 * @returns  one a row; null where the two have more tokens than the model has positions.
 * @throws RangeError for an empty prompt or continuation; Error if the model gives no number.
 */
export async function continuationLogProbs(
  model: Gpt2,
  rows: readonly ContinuationTokens[],
): Promise<(number | null)[]> {
  const { positions, endOfText } = model.config;
  rows.forEach(({ prompt, continuation }, i) => {
    if (prompt.length > 0 && continuation.length > 0) return;
    const what = prompt.length === 0 ? "prompt" : "continuation";
    throw new RangeError(`the ${what} of row ${i} has no tokens, and nothing can be said of it`);
  });
  const fits = rows.flatMap(({ prompt, continuation }, i) =>
    prompt.length + continuation.length <= positions ? [i] : [],
  );
  const results = new Array<number | null>(rows.length).fill(null);
  for (let start = 0; start < fits.length; start += SCORED_AT_ONCE) {
    const places = fits.slice(start, start + SCORED_AT_ONCE);
    const sums = await sumsOf(
      model,
      places.map((i) => rows[i]!),
      endOfText,
    );
    places.forEach((i, row) => (results[i] = sums[row]!));
  }
  const faulty = results.find((value) => value !== null && !Number.isFinite(value));
  if (faulty !== undefined) throw new Error(`${model.name} gave a log-probability of ${faulty}`);
  return results;
}

async function sumsOf(
  model: Gpt2,
  rows: readonly ContinuationTokens[],
  padding: number,
): Promise<number[]> {
  const batch = padBatch(
    rows.map(({ prompt, continuation }) => ({
      ids: [...prompt, ...continuation],
      labels: [...prompt.map(() => IGNORED), ...continuation],
    })),
    padding,
  );
  const logProbs = tf.tidy(() => {
    const targets = tf.tensor1d(batch.targets, "int32");
    return scoreTokens(model, targetStates(model, batch), targets).logProbs;
  });
  try {
    const values = await logProbs.data<"float32">();
    let at = 0;
    return rows.map(({ continuation: { length } }) => {
      const own = values.subarray(at, (at += length));
      return own.reduce((sum, value) => sum + value, 0);
    });
  } finally {
    logProbs.dispose();
  }
}
