/** The product of two matrices, either of them turned: what the plain forms of other kernels multiply by. */
import * as tf from "@tensorflow/tfjs-core";
import { simdOf } from "../simd/simd";
import { normal } from "./example";
import { defineKernel } from "./kernel";
import { runMatMul } from "./mat-mul";
import type { Layout } from "./mat-mul-shader";
import { plainTimes, plainTimesTransposed, plainTransposedTimes } from "./plain-products";

interface Product extends Record<string, tf.Tensor | undefined> {
  readonly a: tf.Tensor2D;
  readonly b: tf.Tensor2D;
  readonly bias?: tf.Tensor1D | undefined; // [columns]
}

/** a·b, a·bᵀ or aᵀ·b, plus the bias. → [rows, columns] */
const product = defineKernel<Product, { layout: Layout }, [tf.Tensor2D]>({
  name: "product",
  plain: ({ a, b, bias }, { layout }) => {
    if (layout === "ab") return [plainTimes(a, b, bias)];
    const y = layout === "abt" ? plainTimesTransposed(a, b) : plainTransposedTimes(a, b);
    return [bias ? tf.add(y, bias) : y];
  },
  wasm: (simd, { a, b, bias }, { layout }) => {
    if (!simd.multiplies()) return null;
    const y = simd.filled([a.shape[layout === "atb" ? 1 : 0], b.shape[layout === "abt" ? 0 : 1]], {
      bias,
    });
    simd.addProduct(y, a, b, layout);
    return [y];
  },
  webgpu: (gpu, { a, b, bias }, { layout }) => runMatMul(gpu, { layout, a, b, bias }),
  examples: () => [
    example("ab", [1, 16, 4]),
    example("ab", [12, 13, 8], true),
    example("ab", [101, 385, 523], true),
    example("abt", [7, 12, 9]),
    example("abt", [5, 7, 9]),
    example("abt", [13, 64, 21], true),
    example("atb", [5, 3, 6]),
    example("atb", [98, 33, 17]),
  ],
});

function example(
  layout: Layout,
  [rows, depth, columns]: readonly [rows: number, depth: number, columns: number],
  hasBias = false,
) {
  return {
    title: `${layout}, ${rows} × ${depth} × ${columns}${hasBias ? " with bias" : ""}`,
    inputs: {
      a: normal("a", layout === "atb" ? [depth, rows] : [rows, depth]),
      b: normal("b", layout === "abt" ? [columns, depth] : [depth, columns], 1 / Math.sqrt(depth)),
      bias: hasBias ? normal("bias", [columns]) : undefined,
    },
    attributes: { layout },
  };
}

/** a·b. a [n, k], b [k, m] → [n, m]. */
export function times(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return product({ a, b }, { layout: "ab" })[0];
}

/** a·b + bias. a [n, k], b [k, m], bias [m] → [n, m]. */
export function affine(a: tf.Tensor2D, b: tf.Tensor2D, bias: tf.Tensor1D): tf.Tensor2D {
  return product({ a, b, bias }, { layout: "ab" })[0];
}

/** a·bᵀ. a [n, k], b [m, k] → [n, m]. */
export function timesTransposed(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return product({ a, b }, { layout: "abt" })[0];
}

/** aᵀ·b. a [n, k], b [n, m] → [k, m]. */
export function transposedTimes(a: tf.Tensor2D, b: tf.Tensor2D): tf.Tensor2D {
  return product({ a, b }, { layout: "atb" })[0];
}

/** Whether products with a transposed large matrix take longer here, so that a transposed copy is worth its memory. */
export function isSlowTransposed(): boolean {
  return tf.getBackend() === "wasm" && !simdOf(tf.backend())?.multiplies();
}
