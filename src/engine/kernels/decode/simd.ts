/** The decoding projections' product by our SIMD code. */
import type { TensorInfo } from "@tensorflow/tfjs-core";
import type { Simd } from "../../simd/simd";

interface AffineInfo {
  readonly weight: TensorInfo; // [width, columns]
  readonly bias: TensorInfo;
  /** Aᵀ [width, rank] above s·B [columns, rank]. */
  readonly lora: TensorInfo | undefined;
}

/** x·W + b + (x·Aᵀ)·(s·B)ᵀ [+ residual]. x [rows, width] → [rows, columns], which the caller disposes. */
export function affine(
  simd: Simd,
  x: TensorInfo,
  { weight, bias, lora }: AffineInfo,
  residual?: TensorInfo,
): TensorInfo {
  const [width, columns] = weight.shape as [number, number];
  const rows = x.shape[0]!;
  const y = simd.filled([rows, columns], { bias, residual });
  simd.addProduct(y, x, weight, "ab");
  if (lora !== undefined) {
    const { dataId } = lora;
    const rank = lora.shape[1]!;
    const low = simd.filled([rows, rank], {});
    simd.addProduct(low, x, { dataId, shape: [width, rank] }, "ab");
    simd.addProduct(y, low, { dataId, shape: [columns, rank], firstRow: width }, "abt");
    simd.dispose(low);
  }
  return y;
}
