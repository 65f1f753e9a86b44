/**
 * Logits a tile at a time as WGSL: 16 rows × 16 tokens a workgroup of 256 lanes, lane (i, j) computing one logit. The
 * vocabulary is dealt out to several workgroups, so that few rows, too, keep the device busy.
 */
export const SIZE = 16;
export const LANES = SIZE * SIZE;
/** Quads of a row that lie in workgroup memory at once. */
const CHUNK = 16;
const PITCH = CHUNK + 1;

/** Workgroups to have in all. */
const ENOUGH_GROUPS = 256;

/** How many workgroups share the vocabulary of a tile of rows. */
export function vocabularyShares(rows: number, vocabulary: number): number {
  const tiles = Math.ceil(vocabulary / SIZE);
  return Math.min(tiles, Math.max(1, Math.floor(ENOUGH_GROUPS / Math.ceil(rows / SIZE))));
}

/**
 * `fn logit_NAME(lane, first_row, first_token) -> f32` from the inputs NAME and wte as vec4; uniforms rows, quads, vocabulary.
 * Every lane must call it.
 */
export function logits(...names: readonly string[]): string {
  const functions = names.map(
    (name) => `
fn logit_${name}(lane : u32, first_row : u32, first_token : u32) -> f32 {
  let i = lane / ${SIZE}u;
  let j = lane % ${SIZE}u;
  var sum = 0.0;
  for (var start = 0u; start < uniforms.quads; start += ${CHUNK}u) {
    let inside = start + j < uniforms.quads;
    var row_value = vec4<f32>();
    var token_value = vec4<f32>();
    if (inside && first_row + i < uniforms.rows) {
      row_value = ${name}[(first_row + i) * uniforms.quads + start + j];
    }
    if (inside && first_token + i < uniforms.vocabulary) {
      token_value = wte[(first_token + i) * uniforms.quads + start + j];
    }
    workgroupBarrier(); // the last chunk has been read
    row_tile[i * ${PITCH}u + j] = row_value;
    token_tile[i * ${PITCH}u + j] = token_value;
    workgroupBarrier();
    for (var d = 0u; d < ${CHUNK}u; d++) {
      sum += dot(row_tile[i * ${PITCH}u + d], token_tile[j * ${PITCH}u + d]);
    }
  }
  return sum;
}`,
  );
  return `
var<workgroup> row_tile : array<vec4<f32>, ${SIZE * PITCH}>;
var<workgroup> token_tile : array<vec4<f32>, ${SIZE * PITCH}>;
${functions.join("\n")}`;
}

/** `exchange`, a number of each lane at `place(i, j)`, and `fn row_sum(i, j, x) -> f32`, over the lanes of row i. */
export const ROW_EXCHANGE = `
var<workgroup> exchange : array<f32, ${SIZE * (SIZE + 1)}>;
fn place(i : u32, j : u32) -> u32 { return i * ${SIZE + 1}u + j; }
fn row_sum(i : u32, j : u32, x : f32) -> f32 {
  workgroupBarrier();
  exchange[place(i, j)] = x;
  workgroupBarrier();
  var sum = 0.0;
  for (var c = 0u; c < ${SIZE}u; c++) { sum += exchange[place(i, c)]; }
  return sum;
}`;
