/** The shader of a decoding projection: [layer norm of] a few rows times a weight, plus bias and the adapter's term. */
import type * as tf from "@tensorflow/tfjs-core";
import { type Gpu, groupsFor } from "../../webgpu/gpu";
import type { Element, Shader } from "../../webgpu/shader";
import { columnProducts, LANES, rowValues, TILE_COLUMNS, TILE_ROWS } from "./tile";

export interface Projection {
  readonly name: string;
  /** Whether x goes through a layer norm first (input `norm`, [2, width]: gain, bias). */
  readonly normalised: boolean;
  /** Inputs beside x, norm, weight, bias and lora. */
  readonly inputs?: Readonly<Record<string, Element>>;
  readonly outputs: Readonly<Record<string, Element>>;
  readonly uniforms?: Readonly<Record<string, "u32" | "f32">>;
  /** Writes `value`, of (`row`, `column`). */
  readonly finish: string;
}

/** Without adapter and with one. */
interface ProjectionShaders {
  readonly plain: Shader;
  readonly adapted: Shader;
}

export function projectionShaders(projection: Projection): ProjectionShaders {
  return { plain: shader(projection, false), adapted: shader(projection, true) };
}

/** What every projection reads. */
interface Operands {
  readonly x: tf.TensorInfo; // [rows, width]
  readonly norm?: tf.TensorInfo;
  readonly weight: tf.TensorInfo; // [width, columns]
  readonly bias: tf.TensorInfo;
  readonly lora: tf.TensorInfo | undefined;
}

/** Queues a projection; inputs, outputs and uniforms are those of its own. */
export function runProjection(
  gpu: Gpu,
  shaders: ProjectionShaders,
  { x, norm, weight, bias, lora }: Operands,
  {
    inputs = [],
    outputs,
    uniforms = {},
  }: {
    inputs?: readonly tf.TensorInfo[];
    outputs: readonly tf.TensorInfo[];
    uniforms?: Readonly<Record<string, number>>;
  },
): void {
  const [rows, width] = x.shape as [number, number];
  const columns = weight.shape[1]!;
  gpu.run(lora ? shaders.adapted : shaders.plain, {
    inputs: [x, ...(norm ? [norm] : []), weight, bias, ...(lora ? [lora] : []), ...inputs],
    outputs,
    uniforms: { rows, width, columns, rank: lora?.shape[1] ?? 0, ...uniforms },
    groups: [groupsFor(columns, TILE_COLUMNS), groupsFor(rows, TILE_ROWS)],
  });
}

/**
 * value = x̂·W + b + (x̂·Aᵀ)·Bᵀ, x̂ [rows, width] being x or its layer norm, W [width, columns]. `lora` is
 * [width + columns, rank]: Aᵀ above s·B. Every workgroup computes x̂·Aᵀ anew: cheaper than one more dispatch.
 */
function shader(
  { name, normalised, inputs = {}, outputs, uniforms = {}, finish }: Projection,
  adapted: boolean,
): Shader {
  const weight = "weight[((start + k) * columns + column) / 4u]";
  const low = "lora[((start + k) * columns + column) / 4u]";
  return {
    name: adapted ? `${name}Adapted` : name,
    inputs: {
      x: "f32",
      ...(normalised ? { norm: "f32" } : {}),
      weight: "vec4<f32>",
      bias: "f32",
      ...(adapted ? { lora: "vec4<f32>" } : {}),
      ...inputs,
    },
    outputs,
    uniforms: {
      rows: "u32",
      width: "u32",
      columns: "u32",
      ...(normalised ? { epsilon: "f32" } : {}),
      ...(adapted ? { rank: "u32" } : {}),
      ...uniforms,
    },
    workgroup: [LANES, 1, 1],
    declarations: `${rowValues(normalised)}
${columnProducts(adapted ? { weight, lora: low } : { weight })}
${adapted ? ADAPTER : ""}`,
    main: `
  let tile = ${TILE_ROWS}u * group.y;
  let first = ${TILE_COLUMNS}u * group.x;
  let row = tile + lane / ${TILE_COLUMNS}u;
  let column = first + lane % ${TILE_COLUMNS}u;
  ${normalised ? "measure(tile, lane);" : ""}
  multiply_weight(tile, lane, first, uniforms.columns);
  var value = settle(lane);
  ${adapted ? "value += adapter_term(tile, lane, column);" : ""}
  if (row >= uniforms.rows || column >= uniforms.columns) { return; }
  value += bias[column];
  ${finish}`,
  };
}

/** The ranks go through the tile 32 at a time, as columns of Aᵀ. */
const ADAPTER = `
var<workgroup> low_rank : array<f32, ${LANES}>; // x̂·Aᵀ: [row][rank]
fn adapter_term(tile : u32, lane : u32, column : u32) -> f32 {
  let row = lane / ${TILE_COLUMNS}u * ${TILE_COLUMNS}u;
  var sum = 0.0;
  for (var first = 0u; first < uniforms.rank; first += ${TILE_COLUMNS}u) {
    multiply_lora(tile, lane, first, uniforms.rank);
    let value = settle(lane);
    workgroupBarrier();
    low_rank[lane] = value;
    workgroupBarrier();
    if (column < uniforms.columns) {
      let b = ((uniforms.width + column) * uniforms.rank + first) / 4u;
      for (var r = 0u; r < min(${TILE_COLUMNS}u, uniforms.rank - first); r += 4u) {
        let low = vec4<f32>(low_rank[row + r], low_rank[row + r + 1u], low_rank[row + r + 2u], low_rank[row + r + 3u]);
        sum += dot(low, lora[b + r / 4u]);
      }
    }
  }
  return sum;
}`;
