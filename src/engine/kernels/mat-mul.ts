/** Queues one product on webgpu with all that is computed in its pass. */
import type { TensorInfo } from "@tensorflow/tfjs-core";
import { type Gpu, groupsFor } from "../webgpu/gpu";
import { type Layout, matMulShader, TILE } from "./mat-mul-shader";

export interface Product {
  readonly layout: Layout;
  readonly a: TensorInfo;
  readonly b: TensorInfo;
  readonly bias?: TensorInfo | undefined; // [columns]
  /** left [rows, rank] · right, which lies as [rank, columns], or as [columns, rank] if transposed. */
  readonly lowRank?: LowRankFactors | undefined;
  readonly mask?: TensorInfo | undefined; // [rows, columns], times the low-rank term
  readonly residual?: TensorInfo | undefined; // [rows, columns]
  /** The result is multiplied by gelu′ of this, [rows, columns]. */
  readonly slope?: TensorInfo | undefined;
  /** The result goes through GELU; its argument is the second output. */
  readonly gelu?: boolean;
}

export interface LowRankFactors {
  readonly left: TensorInfo;
  readonly right: TensorInfo;
  readonly transposed: boolean;
}

/** → y [rows, columns], and with `gelu` its argument u. */
export function runMatMul(gpu: Gpu, product: Product): TensorInfo[] {
  const { layout, a, b, bias, lowRank, mask, residual, slope, gelu = false } = product;
  const [rows, depth] = layout === "atb" ? [a.shape[1]!, a.shape[0]!] : [a.shape[0]!, a.shape[1]!];
  const columns = layout === "abt" ? b.shape[0]! : b.shape[1]!;
  const outputs = [gpu.empty([rows, columns]), ...(gelu ? [gpu.empty([rows, columns])] : [])];
  const shader = matMulShader({
    layout,
    aligned: [a.shape[1]!, b.shape[1]!, columns].every((width) => width % 4 === 0),
    bias: bias !== undefined,
    lowRank: lowRank !== undefined,
    mask: mask !== undefined,
    residual: residual !== undefined,
    slope: slope !== undefined,
    gelu,
  });
  const optional = [bias, lowRank?.left, lowRank?.right, mask, residual, slope];
  gpu.run(shader, {
    inputs: [a, b, ...optional.filter((input) => input !== undefined)],
    outputs,
    uniforms: { rows, columns, depth, ...(lowRank && strides(lowRank, columns)) },
    groups: [groupsFor(columns, TILE), groupsFor(rows, TILE)],
  });
  return outputs;
}

function strides({ left, transposed }: LowRankFactors, columns: number) {
  const rank = left.shape[1]!;
  return transposed
    ? { rank, rank_stride: 1, column_stride: rank }
    : { rank, rank_stride: columns, column_stride: 1 };
}
