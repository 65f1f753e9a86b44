/**
 * The products of training on webgpu: y = op(a)·op(b), followed in the same pass by whatever the caller asks for. A workgroup
 * computes a tile of 64 × 64, 4 × 4 a lane, from slices of 16 along the inner dimension that lie in workgroup memory.
 */
import { GELU_FUNCTIONS } from "./gelu";
import { type Element, oncePerKey, type Shader } from "../webgpu/shader";

/** Which operand is transposed: a·b, a·bᵀ or aᵀ·b. */
export type Layout = "ab" | "abt" | "atb";

/** What is compiled in, in the order of computation: v = product + bias + mask∘low + residual; v·gelu′(u); u = v, gelu(v). */
export interface Variant {
  readonly layout: Layout;
  /** Every row of the operands and of the result starts on a vec4. */
  readonly aligned: boolean;
  readonly bias: boolean;
  /** low = left·right: left [rows, rank], right [rank, columns] by its strides. */
  readonly lowRank: boolean;
  readonly mask: boolean;
  readonly residual: boolean;
  readonly slope: boolean;
  /** GELU, with the argument u as a second output. */
  readonly gelu: boolean;
}

export const TILE = 64;
const DEPTH = 16;
const LANES = 256;
const RANGE = [0, 1, 2, 3] as const;
const unrolled = (line: (i: number) => string): string => RANGE.map(line).join("\n");

/** The shader of a variant, made once. Inputs in the order a, b, bias, left, right, mask, residual, u; outputs y, u. */
export function matMulShader(variant: Variant): Shader {
  return shaderOf(JSON.stringify(variant));
}

const shaderOf = oncePerKey((key: string) => makeShader(JSON.parse(key) as Variant));

function makeShader(variant: Variant): Shader {
  const { layout, aligned, bias, lowRank, mask, residual, slope, gelu } = variant;
  const element: Element = aligned ? "vec4<f32>" : "f32";
  const read: string[] = ["a", "b"];
  if (bias) read.push("bias");
  if (mask) read.push("mask");
  if (residual) read.push("residual");
  if (slope) read.push("u");
  const written = gelu ? ["y", "u"] : ["y"];
  return {
    name: `matMul ${layout}`,
    inputs: {
      a: element,
      b: element,
      ...(bias && { bias: element }),
      ...(lowRank && { left: "f32", right: "f32" }),
      ...(mask && { mask: element }),
      ...(residual && { residual: element }),
      ...(slope && { u: element }),
    },
    outputs: { y: element, ...(gelu && { u: element }) },
    uniforms: {
      rows: "u32",
      columns: "u32",
      depth: "u32",
      ...(lowRank && { rank: "u32", rank_stride: "u32", column_stride: "u32" }),
    },
    workgroup: [LANES, 1, 1],
    declarations: `
var<workgroup> tile_a : array<vec4<f32>, ${(TILE * DEPTH) / 4}>; // [row][4 along the depth]
var<workgroup> tile_b : array<vec4<f32>, ${(TILE * DEPTH) / 4}>; // [depth][4 columns]
${read.map((name) => reader(name, aligned)).join("\n")}
${written.map((name) => writer(name, aligned)).join("\n")}
${slope || gelu ? GELU_FUNCTIONS : ""}
${finish(variant)}`,
    main: `
  let first_row = group.y * ${TILE}u;
  let first_column = group.x * ${TILE}u;
  let row = lane / 16u * 4u;
  let column = lane % 16u;
  ${unrolled((i) => `var acc${i} = vec4<f32>(0.0);`)}
  for (var first = 0u; first < uniforms.depth; first += ${DEPTH}u) {
    ${layout === "atb" ? LOAD_A_TRANSPOSED : LOAD_A}
    ${layout === "abt" ? LOAD_B_TRANSPOSED : LOAD_B}
    workgroupBarrier();
    for (var k = 0u; k < ${DEPTH / 4}u; k++) {
      ${unrolled((i) => `let b${i} = tile_b[(4u * k + ${i}u) * 16u + column];`)}
      ${unrolled(
        (i) => `let a${i} = tile_a[(row + ${i}u) * 4u + k];
      acc${i} += a${i}.x * b0 + a${i}.y * b1 + a${i}.z * b2 + a${i}.w * b3;`,
      )}
    }
    workgroupBarrier();
  }
  ${unrolled((i) => `finish(first_row + row + ${i}u, first_column + 4u * column, acc${i});`)}`,
  };
}

/** A lane brings one vec4 of each operand; where it must be transposed, a quarter of the lanes bring a 4 × 4 block each. */
const LOAD_A = `tile_a[lane] = a_at(first_row + lane / 4u, first + lane % 4u * 4u, uniforms.rows, uniforms.depth);`;
const LOAD_B = `tile_b[lane] = b_at(first + lane / 16u, first_column + lane % 16u * 4u, uniforms.depth, uniforms.columns);`;
const LOAD_A_TRANSPOSED = `
    if (lane < 64u) {
      let deep = lane / 16u;
      let across = lane % 16u;
      let block = transpose(mat4x4<f32>(
        ${RANGE.map((i) => `a_at(first + 4u * deep + ${i}u, first_row + 4u * across, uniforms.depth, uniforms.rows)`).join(",\n        ")}));
      ${unrolled((i) => `tile_a[(4u * across + ${i}u) * 4u + deep] = block[${i}];`)}
    }`;
const LOAD_B_TRANSPOSED = `
    if (lane < 64u) {
      let deep = lane % 4u;
      let across = lane / 4u;
      let block = transpose(mat4x4<f32>(
        ${RANGE.map((i) => `b_at(first_column + 4u * across + ${i}u, first + 4u * deep, uniforms.columns, uniforms.depth)`).join(",\n        ")}));
      ${unrolled((i) => `tile_b[(4u * deep + ${i}u) * 16u + across] = block[${i}];`)}
    }`;

/** `NAME_at(line, column, lines, width)`: four neighbours in a row-major matrix, 0 outside. */
function reader(name: string, aligned: boolean): string {
  const body = aligned
    ? `if (line >= lines || column >= width) { return vec4<f32>(0.0); }
  return ${name}[(line * width + column) / 4u];`
    : `var four = vec4<f32>(0.0);
  if (line >= lines) { return four; }
  for (var i = 0u; i < min(4u, width - min(width, column)); i++) { four[i] = ${name}[line * width + column + i]; }
  return four;`;
  return `fn ${name}_at(line : u32, column : u32, lines : u32, width : u32) -> vec4<f32> {
  ${body}
}`;
}

/** `write_NAME(row, column, four)`, into the result's shape. */
function writer(name: string, aligned: boolean): string {
  const body = aligned
    ? `${name}[(row * uniforms.columns + column) / 4u] = four;`
    : `for (var i = 0u; i < min(4u, uniforms.columns - column); i++) { ${name}[row * uniforms.columns + column + i] = four[i]; }`;
  return `fn write_${name}(row : u32, column : u32, four : vec4<f32>) { ${body} }`;
}

/** From the product to the outputs. */
function finish({ bias, lowRank, mask, residual, slope, gelu }: Variant): string {
  const here = "row, column, uniforms.rows, uniforms.columns";
  return `fn finish(row : u32, column : u32, product : vec4<f32>) {
  if (row >= uniforms.rows || column >= uniforms.columns) { return; }
  var v = product;
  ${bias ? "v += bias_at(0u, column, 1u, uniforms.columns);" : ""}
  ${lowRank ? `v += ${mask ? `mask_at(${here}) * ` : ""}low_rank(row, column);` : ""}
  ${residual ? `v += residual_at(${here});` : ""}
  ${slope ? `v *= gelu_slope(u_at(${here}));` : ""}
  ${gelu ? "write_u(row, column, v); v = gelu(v);" : ""}
  write_y(row, column, v);
}
${lowRank ? LOW_RANK : ""}`;
}

const LOW_RANK = `fn low_rank(row : u32, column : u32) -> vec4<f32> {
  var sum = vec4<f32>(0.0);
  for (var k = 0u; k < uniforms.rank; k++) {
    let at = k * uniforms.rank_stride + column * uniforms.column_stride;
    let by = uniforms.column_stride;
    sum += left[row * uniforms.rank + k] * vec4<f32>(right[at], right[at + by], right[at + 2u * by], right[at + 3u * by]);
  }
  return sum;
}`;
