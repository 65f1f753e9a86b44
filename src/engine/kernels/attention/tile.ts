/**
 * The tiles of the attention shaders as WGSL: square blocks of queries × keys of one head, whose rows lie in workgroup
 * memory. Lane (i, j) of a workgroup computes the number at query i and key j, and then the quads j, j + size … of row i.
 */

export interface HeadTile {
  readonly headWidth: number;
  /** Rows of a tile. 3 tiles and their weights fit the 16 KiB that every device has. */
  readonly size: number;
  readonly lanes: number;
  /** Groups of 4 along the head's width, the last one filled up with 0. */
  readonly quads: number;
}

export const WIDEST_HEAD = 128;

/** @throws RangeError if the head is too wide for workgroup memory. */
export function headTile(headWidth: number): HeadTile {
  if (headWidth > WIDEST_HEAD) {
    throw new RangeError(
      `attention heads are ${headWidth} wide; on webgpu they may be at most ${WIDEST_HEAD}`,
    );
  }
  const size = headWidth <= 64 ? 16 : 8;
  return { headWidth, size, lanes: size * size, quads: Math.ceil(headWidth / 4) };
}

/** A tile's rows lie one quad further apart than they are long, so that a column of them meets different memory banks. */
const pitch = ({ quads }: HeadTile): number => quads + 1;

/** `weights`: a number per query and key of the tile, at `place(i, j)`. */
export function weightTile({ size }: HeadTile): string {
  return `
var<workgroup> weights : array<f32, ${size * (size + 1)}>;
fn place(i : u32, j : u32) -> u32 { return i * ${size + 1}u + j; }`;
}

/** Workgroup memory for a tile of rows. */
export function rowTile(name: string, tile: HeadTile): string {
  return `var<workgroup> ${name} : array<vec4<f32>, ${tile.size * pitch(tile)}>;`;
}

/**
 * `fn load_NAME(lane, first, last, at)`: fills a tile with rows first … of a buffer, 0 from the row `last` on; `at` is
 * where row 0 begins, `stride` the elements from row to row.
 */
export function loader(
  name: string,
  { into, from, stride }: { into: string; from: string; stride: string },
  tile: HeadTile,
): string {
  const { headWidth, size, lanes, quads } = tile;
  const element = (c: number) =>
    headWidth % 4 === 0
      ? `${from}[x + ${c}u]`
      : `select(0.0, ${from}[x + ${c}u], 4u * quad + ${c}u < ${headWidth}u)`;
  return `
fn load_${name}(lane : u32, first : u32, last : u32, at : u32) {
  for (var i = lane; i < ${size * quads}u; i += ${lanes}u) {
    let row = i / ${quads}u;
    let quad = i % ${quads}u;
    var value = vec4<f32>();
    if (first + row < last) {
      let x = at + (first + row) * ${stride} + 4u * quad;
      value = vec4<f32>(${[0, 1, 2, 3].map(element).join(", ")});
    }
    ${into}[row * ${pitch(tile)}u + quad] = value;
  }
}`;
}

/** `fn NAME(i, j) -> f32`: row i of one tile times row j of another. */
export function rowProduct(
  name: string,
  [a, b]: readonly [string, string],
  tile: HeadTile,
): string {
  return `
fn ${name}(i : u32, j : u32) -> f32 {
  var sum = 0.0;
  for (var d = 0u; d < ${tile.quads}u; d++) {
    sum += dot(${a}[i * ${pitch(tile)}u + d], ${b}[j * ${pitch(tile)}u + d]);
  }
  return sum;
}`;
}

/** The quads that a lane holds of its row, as a private array `NAME`. */
export function ownQuads(name: string, tile: HeadTile): string {
  return `var<private> ${name} : array<vec4<f32>, ${Math.ceil(tile.quads / tile.size)}>;`;
}

/** Statements for each own quad: `n` is its index in the private array, `quad` its place in the row. */
export function eachOwnQuad(
  tile: HeadTile,
  statement: (n: number, quad: string) => string,
): string {
  const { size, quads } = tile;
  return Array.from({ length: Math.ceil(quads / size) }, (_, n) => {
    const line = statement(n, `(j + ${n * size}u)`);
    return (n + 1) * size <= quads ? line : `if (j + ${n * size}u < ${quads}u) { ${line} }`;
  }).join("\n");
}

/** Adds Σ weights[i, c]·tile[c] to the own quads. */
export function accumulate(into: string, rows: string, tile: HeadTile): string {
  return `
  for (var c = 0u; c < ${tile.size}u; c++) {
    let weight = weights[place(i, c)];
    ${eachOwnQuad(tile, (n, quad) => `${into}[${n}] += weight * ${rows}[c * ${pitch(tile)}u + ${quad}];`)}
  }`;
}

/** Writes a quad to a buffer, from the element `at` of its row on, without what fills up the last one. */
export function storeQuad(
  buffer: string,
  { at, quad, value }: { at: string; quad: string; value: string },
  { headWidth }: HeadTile,
): string {
  return [0, 1, 2, 3]
    .map((c) => {
      const line = `${buffer}[${at} + 4u * ${quad} + ${c}u] = ${value}[${c}];`;
      return headWidth % 4 === 0 ? line : `if (4u * ${quad} + ${c}u < ${headWidth}u) { ${line} }`;
    })
    .join(" ");
}

/** Where a lane stands: its row of the tile, and where that row's head begins in packed projections, joined heads and statistics. */
export const setup = ({ headWidth, size }: HeadTile): string => `
  let i = lane / ${size}u;
  let j = lane % ${size}u;
  let width = uniforms.heads * ${headWidth}u;
  let rows_before = group.z * uniforms.length;
  let at = rows_before * 3u * width + group.y * ${headWidth}u;
  let joined_at = rows_before * width + group.y * ${headWidth}u;
  let statistics = (group.z * uniforms.heads + group.y) * uniforms.length;
  let row = group.x * ${size}u + i;
  let scale = ${1 / Math.sqrt(headWidth)};`;

/** Elements from row to row in packed projections and in joined heads. */
export const strides = ({ headWidth }: HeadTile): readonly [packed: string, joined: string] => [
  `(3u * uniforms.heads * ${headWidth}u)`,
  `(uniforms.heads * ${headWidth}u)`,
];
