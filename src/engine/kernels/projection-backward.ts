/** The gradient of a projection with respect to its input, the adapter's share and the GELU before it in the same pass. */
import * as tf from "@tensorflow/tfjs-core";
import { type ExampleTensor, normal } from "./example";
import { geluSlope } from "./gelu";
import { defineKernel } from "./kernel";
import { runMatMul } from "./mat-mul";
import { times, timesTransposed } from "./product";

interface ProjectionBackward extends Record<string, tf.Tensor | undefined> {
  readonly dy: tf.Tensor2D; // [n, out]
  readonly weight: tf.Tensor2D; // [in, out]
  /** s·dy·B, [n, rank]: see low-rank.ts. With A it makes the adapter's share. */
  readonly low?: tf.Tensor2D | undefined;
  readonly a?: tf.Tensor2D | undefined; // [rank, in]
  /** The dropout mask of the adapter's input, [n, in]. */
  readonly mask?: tf.Tensor2D | undefined;
  /** Where x is GELU(u): u, and the result is the gradient with respect to it. [n, in] */
  readonly u?: tf.Tensor2D | undefined;
}

/** (dy·Wᵀ [+ (low·A)∘mask]) [∘ gelu′(u)]. → [n, in] */
export const projectionBackward = defineKernel<ProjectionBackward, object, [tf.Tensor2D]>({
  name: "projectionBackward",
  plain: ({ dy, weight, low, a, mask, u }) => {
    let dx = timesTransposed(dy, weight);
    if (low && a) {
      const share = times(low, a);
      dx = tf.add(dx, mask ? tf.mul(share, mask) : share);
    }
    return [u ? tf.mul(dx, geluSlope(u)) : dx];
  },
  wasm: (simd, { dy, weight, low, a, mask, u }) => {
    if (mask || !simd.multiplies(weight.shape[0])) return null;
    const dx = simd.filled([dy.shape[0], weight.shape[0]], {});
    simd.addProduct(dx, dy, weight, "abt");
    if (low && a) simd.addProduct(dx, low, a, "ab");
    if (u) simd.timesGeluSlope(dx, u);
    return [dx];
  },
  webgpu: (gpu, { dy, weight, low, a, mask, u }) => {
    const lowRank = low && a && { left: low, right: a, transposed: false };
    return runMatMul(gpu, { layout: "abt", a: dy, b: weight, lowRank, mask, slope: u });
  },
  examples: () => [
    example("plain", [3, 32, 96]),
    example("one row, rank 2", [1, 32, 64], { rank: 2 }),
    example("a tile and a little, rank 4", [65, 68, 36], { rank: 4, dropout: true }),
    example("sizes that nothing divides", [67, 70, 17], { rank: 3, dropout: true, gelu: true }),
    example("rank 16 with GELU", [64, 132, 20], { rank: 16, gelu: true }),
    example("GELU", [5, 128, 32], { gelu: true }),
  ],
});

interface Parts {
  readonly rank?: number;
  readonly dropout?: boolean;
  readonly gelu?: boolean;
}

function example(
  title: string,
  [n, fanIn, fanOut]: readonly [n: number, fanIn: number, fanOut: number],
  { rank = 0, dropout = false, gelu = false }: Parts = {},
) {
  const inputs: Record<string, ExampleTensor | undefined> = {
    dy: normal("dy", [n, fanOut]),
    weight: normal("weight", [fanIn, fanOut], 1 / Math.sqrt(fanOut)),
    low: rank > 0 ? normal("low", [n, rank]) : undefined,
    a: rank > 0 ? normal("a", [rank, fanIn]) : undefined,
    mask: dropout ? normal("mask", [n, fanIn]) : undefined,
    u: gelu ? normal("u", [n, fanIn], 2) : undefined,
  };
  return { title: `${title}: ${n} × ${fanOut} × ${fanIn}`, inputs, attributes: {} };
}
