/** A linear map with all that follows it in the same pass: bias, the adapter's term, the residual, GELU. */
import * as tf from "@tensorflow/tfjs-core";
import { type ExampleTensor, normal } from "./example";
import { gelu as plainGelu } from "./gelu";
import { defineKernel } from "./kernel";
import { runMatMul } from "./mat-mul";
import { affine, timesTransposed } from "./product";

interface Projection extends Record<string, tf.Tensor | undefined> {
  readonly x: tf.Tensor2D; // [n, in]
  readonly weight: tf.Tensor2D; // [in, out]
  readonly bias: tf.Tensor1D; // [out]
  /** s·x·Aᵀ, [n, rank]: see low-rank.ts. With B it makes the adapter's term. */
  readonly low?: tf.Tensor2D | undefined;
  readonly b?: tf.Tensor2D | undefined; // [out, rank]
  readonly residual?: tf.Tensor2D | undefined; // [n, out]
}

/**
 * u = x·W + b [+ low·Bᵀ] [+ residual]. → u [n, out], or with `gelu` GELU(u) and u, which the backward pass needs.
 */
export const projection = defineKernel<
  Projection,
  { gelu: boolean },
  [tf.Tensor2D, ...tf.Tensor2D[]]
>({
  name: "projection",
  plain: ({ x, weight, bias, low, b, residual }, { gelu }) => {
    let u = affine(x, weight, bias);
    if (low && b) u = tf.add(u, timesTransposed(low, b));
    if (residual) u = tf.add(u, residual);
    return gelu ? [plainGelu(u), u] : [u];
  },
  wasm: (simd, { x, weight, bias, low, b, residual }, { gelu }) => {
    const columns = weight.shape[1];
    if (!simd.multiplies(columns)) return null;
    const u = simd.filled([x.shape[0], columns], { bias, residual });
    simd.addProduct(u, x, weight, "ab");
    if (low && b) simd.addProduct(u, low, b, "abt");
    return gelu ? [simd.gelu(u), u] : [u];
  },
  webgpu: (gpu, { x, weight, bias, low, b, residual }, { gelu }) => {
    const lowRank = low && b && { left: low, right: b, transposed: true };
    return runMatMul(gpu, { layout: "ab", a: x, b: weight, bias, lowRank, residual, gelu });
  },
  examples: () => [
    example("plain", [3, 32, 96]),
    example("one row", [1, 32, 64], { gelu: true }),
    example("a tile and a little, rank 2", [65, 36, 68], { rank: 2 }),
    example("sizes that nothing divides, rank 3", [67, 17, 70], { rank: 3, residual: true }),
    example("rank 16 with GELU", [64, 20, 132], { rank: 16, gelu: true }),
    example("residual", [5, 128, 32], { residual: true }),
    example("rank 4 and residual", [33, 48, 64], { rank: 4, residual: true }),
  ],
});

interface Parts {
  readonly rank?: number;
  readonly residual?: boolean;
  readonly gelu?: boolean;
}

function example(
  title: string,
  [n, fanIn, fanOut]: readonly [n: number, fanIn: number, fanOut: number],
  { rank = 0, residual = false, gelu = false }: Parts = {},
) {
  const inputs: Record<string, ExampleTensor | undefined> = {
    x: normal("x", [n, fanIn]),
    weight: normal("weight", [fanIn, fanOut], 1 / Math.sqrt(fanIn)),
    bias: normal("bias", [fanOut]),
    low: rank > 0 ? normal("low", [n, rank]) : undefined,
    b: rank > 0 ? normal("b", [fanOut, rank]) : undefined,
    residual: residual ? normal("residual", [n, fanOut]) : undefined,
  };
  return { title: `${title}: ${n} × ${fanIn} × ${fanOut}`, inputs, attributes: { gelu } };
}
