/** Example inputs that the decoding projections share. */
import type { ExampleTensor } from "../example";
import { normal } from "../example";

export interface ProjectionSize {
  readonly rows: number;
  readonly width: number;
  readonly columns: number;
  /** 0: no adapter. */
  readonly rank: number;
}

/** At the edges of the tile's rows, columns and chunks, with and without an adapter, one of more ranks than a tile's columns. */
export const PROJECTION_SIZES: readonly ProjectionSize[] = [
  { rows: 1, width: 32, columns: 32, rank: 0 },
  { rows: 3, width: 64, columns: 100, rank: 4 },
  { rows: 9, width: 300, columns: 36, rank: 8 },
  { rows: 8, width: 768, columns: 64, rank: 36 },
];

/** x, weight, bias and, where there is an adapter, lora. */
export function projectionInputs({ rows, width, columns, rank }: ProjectionSize) {
  return {
    x: normal("x", [rows, width]),
    weight: normal("weight", [width, columns], 1 / Math.sqrt(width)),
    bias: normal("bias", [columns]),
    lora: rank === 0 ? undefined : normal("lora", [width + columns, rank], 0.1),
  };
}

export function exampleNorm(width: number): ExampleTensor {
  return normal("norm", [2, width]);
}

export function titleOf({ rows, width, columns, rank }: ProjectionSize): string {
  return `${rows} × ${width} to ${columns}, rank ${rank}`;
}
