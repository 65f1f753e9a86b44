/** Prompts of a batch, each different one once. */
import * as tf from "@tensorflow/tfjs-core";
import type { LiveRow } from "../kernels/decode/rows";

export interface PromptTable {
  readonly prompts: readonly (readonly number[])[];
  /** One a row of the batch. */
  readonly rows: readonly Omit<LiveRow, "drawn">[];
}

/** Rows of the same prompt share it. */
export function sharePrompts(all: readonly (readonly number[])[]): PromptTable {
  const places = new Map<string, number>();
  const prompts: (readonly number[])[] = [];
  const rows = all.map((ids, row) => {
    const key = ids.join();
    let prompt = places.get(key);
    if (prompt === undefined) {
      prompt = prompts.push(ids) - 1;
      places.set(key, prompt);
    }
    return { row, prompt, promptLength: ids.length };
  });
  return { prompts, rows };
}

/** Padded on the right, where causal attention needs no mask: int32 [prompts, longest]. */
export function promptTensor(prompts: readonly (readonly number[])[]): tf.Tensor2D {
  const longest = Math.max(...prompts.map(({ length }) => length));
  const cells = prompts.flatMap((ids) => Array.from({ length: longest }, (_, i) => ids[i] ?? 0));
  return tf.tensor2d(cells, [prompts.length, longest], "int32");
}
