/**
 * The tile of a decoding projection as WGSL: 8 rows × 32 columns a workgroup of 256 lanes. Few rows meet a large matrix, so
 * a weight is read once for all rows of the tile, and the lanes share the inner dimension among them.
 */

export const LANES = 256;
export const TILE_ROWS = 8;
export const TILE_COLUMNS = 32;
/** Inner elements of the rows that lie in workgroup memory at once. */
const CHUNK = LANES;

const eachRow = (line: (row: number) => string): string =>
  Array.from({ length: TILE_ROWS }, (_, row) => line(row)).join("\n");

/**
 * Means and deviations of the tile's rows, and `fn row_value(row, k) -> f32`, the element of x as the product takes it:
 * normalised, or as it is. Needs the inputs x, and norm [2, width] (gain, bias) if normalised; uniforms rows, width, epsilon.
 */
export function rowValues(normalised: boolean): string {
  if (!normalised) {
    return `
fn row_value(tile : u32, row : u32, k : u32) -> f32 {
  if (tile + row >= uniforms.rows) { return 0.0; }
  return x[(tile + row) * uniforms.width + k];
}`;
  }
  return `
var<workgroup> shared_sums : array<f32, ${LANES}>;
var<workgroup> moments : array<vec2<f32>, ${TILE_ROWS}>; // mean, 1/√(var + ε)
fn sum_of_row(lane : u32, addend : f32) -> f32 { // over the ${TILE_COLUMNS} lanes of a row
  workgroupBarrier();
  shared_sums[lane] = addend;
  workgroupBarrier();
  let first = lane / ${TILE_COLUMNS}u * ${TILE_COLUMNS}u;
  var sum = 0.0;
  for (var i = 0u; i < ${TILE_COLUMNS}u; i++) { sum += shared_sums[first + i]; }
  return sum;
}
fn measure(tile : u32, lane : u32) {
  let row = lane / ${TILE_COLUMNS}u;
  let start = min(tile + row, uniforms.rows - 1u) * uniforms.width;
  var sum = 0.0;
  for (var k = lane % ${TILE_COLUMNS}u; k < uniforms.width; k += ${TILE_COLUMNS}u) { sum += x[start + k]; }
  let mean = sum_of_row(lane, sum) / f32(uniforms.width);
  var squares = 0.0;
  for (var k = lane % ${TILE_COLUMNS}u; k < uniforms.width; k += ${TILE_COLUMNS}u) {
    let centred = x[start + k] - mean;
    squares += centred * centred;
  }
  let scale = inverseSqrt(sum_of_row(lane, squares) / f32(uniforms.width) + uniforms.epsilon);
  if (lane % ${TILE_COLUMNS}u == 0u) { moments[row] = vec2<f32>(mean, scale); }
  workgroupBarrier();
}
fn row_value(tile : u32, row : u32, k : u32) -> f32 {
  if (tile + row >= uniforms.rows) { return 0.0; }
  let centred = x[(tile + row) * uniforms.width + k] - moments[row].x;
  return centred * moments[row].y * norm[k] + norm[uniforms.width + k];
}`;
}

/**
 * `fn settle(lane) -> f32`: sums the lanes' shares of the tile, acc; each lane gets the total of its own row, lane / 32, and
 * column, lane % 32. `read` adds up the total of column `c` from workgroup memory.
 */
function settling(element: string, read: string): string {
  return `
var<private> acc : array<${element}, ${TILE_ROWS}>;
var<workgroup> shares : array<${element}, ${LANES}>;
fn settle(lane : u32) -> f32 {
  let c = lane % ${TILE_COLUMNS}u;
  var sum = 0.0;
  for (var row = 0u; row < ${TILE_ROWS}u; row++) {
    workgroupBarrier();
    shares[lane] = acc[row];
    workgroupBarrier();
    if (lane / ${TILE_COLUMNS}u == row) { ${read} }
  }
  return sum;
}`;
}

/** Lanes along the columns: each takes 4 neighbours, one vec4 of the weight. */
const QUADS = TILE_COLUMNS / 4;
/** Lanes along the inner dimension. */
const SLICES = LANES / QUADS;

/**
 * For a weight [inner, columns]: `fn multiply_NAME(tile, lane, first, columns)` for each matrix, which leaves every lane's
 * share of rows·matrix at columns first … first + 31 for `settle`. `at` indexes the matrix as vec4 from k and column.
 */
export function columnProducts(matrices: Readonly<Record<string, string>>): string {
  const products = Object.entries(matrices).map(
    ([name, element]) => `
fn multiply_${name}(tile : u32, lane : u32, first : u32, columns : u32) {
  let column = first + 4u * (lane % ${QUADS}u);
${eachRow((row) => `  acc[${row}] = vec4<f32>();`)}
  for (var start = 0u; start < uniforms.width; start += ${CHUNK}u) {
    stage(tile, lane, start);
    let end = min(${CHUNK}u, uniforms.width - start);
    if (column < columns) {
      for (var k = lane / ${QUADS}u; k < end; k += ${SLICES}u) {
        let w = ${element};
        let lower = staged[2u * k];
        let upper = staged[2u * k + 1u];
${eachRow((row) => `        acc[${row}] += ${row < 4 ? "lower" : "upper"}[${row % 4}] * w;`)}
      }
    }
  }
}`,
  );
  return `
var<workgroup> staged : array<vec4<f32>, ${(CHUNK * TILE_ROWS) / 4}>; // [k][row]
fn stage(tile : u32, lane : u32, start : u32) {
  let k = start + lane;
  workgroupBarrier();
  if (k < uniforms.width) {
    for (var half = 0u; half < 2u; half++) {
      let row = 4u * half;
      staged[2u * lane + half] = vec4<f32>(row_value(tile, row, k), row_value(tile, row + 1u, k),
                                           row_value(tile, row + 2u, k), row_value(tile, row + 3u, k));
    }
  }
  workgroupBarrier();
}
${settling(
  "vec4<f32>",
  `for (var s = 0u; s < ${SLICES}u; s++) { sum += shares[s * ${QUADS}u + c / 4u][c % 4u]; }`,
)}
${products.join("\n")}`;
}

/** Lanes along the inner dimension of a transposed weight, each taking 4 neighbours. */
const PARTS = LANES / TILE_COLUMNS;

/**
 * For a weight [columns, inner], vec4 along its rows: `fn multiply_weight(tile, lane, first, columns)`, as above; here 8
 * neighbouring lanes share one column.
 */
export function rowProduct(): string {
  const quads = CHUNK / 4;
  return `
var<workgroup> staged : array<vec4<f32>, ${TILE_ROWS * quads}>; // [row][k / 4]
fn stage(tile : u32, lane : u32, start : u32) {
  workgroupBarrier();
  for (var i = lane; i < ${TILE_ROWS * quads}u; i += ${LANES}u) {
    let row = i / ${quads}u;
    let k = start + 4u * (i % ${quads}u);
    if (k < uniforms.width) {
      staged[i] = vec4<f32>(row_value(tile, row, k), row_value(tile, row, k + 1u),
                            row_value(tile, row, k + 2u), row_value(tile, row, k + 3u));
    }
  }
  workgroupBarrier();
}
${settling("f32", `for (var s = 0u; s < ${PARTS}u; s++) { sum += shares[c * ${PARTS}u + s]; }`)}
fn multiply_weight(tile : u32, lane : u32, first : u32, columns : u32) {
  let column = first + lane / ${PARTS}u;
${eachRow((row) => `  acc[${row}] = 0.0;`)}
  for (var start = 0u; start < uniforms.width; start += ${CHUNK}u) {
    stage(tile, lane, start);
    let end = min(${CHUNK}u, uniforms.width - start) / 4u;
    if (column < columns) {
      for (var k = lane % ${PARTS}u; k < end; k += ${PARTS}u) {
        let w = weight[(column * uniforms.width + start) / 4u + k];
${eachRow((row) => `        acc[${row}] += dot(staged[${row * quads}u + k], w);`)}
      }
    }
  }
}`;
}
