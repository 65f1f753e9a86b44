/**
 * What the decoding kernels know of a batch's live rows: an int32 table [live, 4]. The sampler counts in it, so that on webgpu
 * every token binds and dispatches the same.
 */
import * as tf from "@tensorflow/tfjs-core";

export interface LiveRow {
  /** Place in the row's own cache, its tokens and its draws. */
  readonly row: number;
  /** Which prompt of the prompt cache it continues; rows of the same prompt share it. */
  readonly prompt: number;
  readonly promptLength: number;
  /** Tokens drawn so far. */
  readonly drawn: number;
}

/** Columns of the table: row, prompt, prompt length, tokens drawn. */
export const ROW_FIELDS = 4;
export const DRAWN = 3;

export function rowTable(rows: readonly LiveRow[]): tf.Tensor2D {
  const cells = rows.flatMap(({ row, prompt, promptLength, drawn }) => [
    row,
    prompt,
    promptLength,
    drawn,
  ]);
  return tf.tensor2d(cells, [rows.length, ROW_FIELDS], "int32");
}

export function readRows(table: Int32Array): LiveRow[] {
  return Array.from({ length: table.length / ROW_FIELDS }, (_, i) => ({
    row: table[ROW_FIELDS * i]!,
    prompt: table[ROW_FIELDS * i + 1]!,
    promptLength: table[ROW_FIELDS * i + 2]!,
    drawn: table[ROW_FIELDS * i + DRAWN]!,
  }));
}
