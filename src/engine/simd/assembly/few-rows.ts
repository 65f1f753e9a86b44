// Products of a few rows with a large matrix: what they cost is the matrix's way from memory, so it is read once, in its own order.
// The terms of a sum are added one after the other, as in product.ts.
import { multiplyAdd } from "./vector";

/** Bytes of a line of b that stay in the first cache while the rows of a meet them. */
const TILE: usize = 512 << 2;

/** c += a·b. a [rows, depth], b [depth, columns], c [rows, columns]; columns are a multiple of 4. */
export function addFewRows(
  a: usize,
  b: usize,
  c: usize,
  rows: usize,
  depth: usize,
  columns: usize,
): void {
  const line = columns << 2;
  let k: usize = 0;
  for (; k + 8 <= depth; k += 8) {
    for (let first: usize = 0; first < line; first += TILE) {
      const size = min(TILE, line - first);
      const w = b + k * line + first;
      let row: usize = 0;
      for (; row + 2 <= rows; row += 2) {
        const x = a + ((row * depth + k) << 2);
        const nextX = x + (depth << 2);
        const y = c + row * line + first;
        addFourLines(x, nextX, w, line, y, y + line, size);
        addFourLines(x + 16, nextX + 16, w + 4 * line, line, y, y + line, size);
      }
      if (row < rows) {
        addEightLines(a + ((row * depth + k) << 2), w, line, c + row * line + first, size);
      }
    }
  }
  for (; k < depth; k++) {
    for (let row: usize = 0; row < rows; row++) {
      addLine(a + ((row * depth + k) << 2), b + k * line, c + row * line, line);
    }
  }
}

/** Of two rows, y += x[0…3]·w[0…3], w being lines of b. Sizes are bytes. */
function addFourLines(
  x: usize,
  nextX: usize,
  w: usize,
  line: usize,
  y: usize,
  nextY: usize,
  size: usize,
): void {
  const x0 = v128.load_splat<f32>(x);
  const x1 = v128.load_splat<f32>(x, 4);
  const x2 = v128.load_splat<f32>(x, 8);
  const x3 = v128.load_splat<f32>(x, 12);
  const next0 = v128.load_splat<f32>(nextX);
  const next1 = v128.load_splat<f32>(nextX, 4);
  const next2 = v128.load_splat<f32>(nextX, 8);
  const next3 = v128.load_splat<f32>(nextX, 12);
  let w1 = w + line;
  let w2 = w1 + line;
  let w3 = w2 + line;
  for (const end = w + size; w < end; w += 16, w1 += 16, w2 += 16, w3 += 16) {
    let v = v128.load(w);
    let sum = multiplyAdd(v128.load(y), x0, v);
    let next = multiplyAdd(v128.load(nextY), next0, v);
    v = v128.load(w1);
    sum = multiplyAdd(sum, x1, v);
    next = multiplyAdd(next, next1, v);
    v = v128.load(w2);
    sum = multiplyAdd(sum, x2, v);
    next = multiplyAdd(next, next2, v);
    v = v128.load(w3);
    v128.store(y, multiplyAdd(sum, x3, v));
    v128.store(nextY, multiplyAdd(next, next3, v));
    y += 16;
    nextY += 16;
  }
}

/** Of one row, y += x[0…7]·w[0…7]. */
function addEightLines(x: usize, w: usize, line: usize, y: usize, size: usize): void {
  const x0 = v128.load_splat<f32>(x);
  const x1 = v128.load_splat<f32>(x, 4);
  const x2 = v128.load_splat<f32>(x, 8);
  const x3 = v128.load_splat<f32>(x, 12);
  const x4 = v128.load_splat<f32>(x, 16);
  const x5 = v128.load_splat<f32>(x, 20);
  const x6 = v128.load_splat<f32>(x, 24);
  const x7 = v128.load_splat<f32>(x, 28);
  const end = w + size;
  for (let w4 = w + 4 * line; w < end; w += 16, w4 += 16, y += 16) {
    let sum = multiplyAdd(v128.load(y), x0, v128.load(w));
    sum = multiplyAdd(sum, x1, v128.load(w + line));
    sum = multiplyAdd(sum, x2, v128.load(w + 2 * line));
    sum = multiplyAdd(sum, x3, v128.load(w + 3 * line));
    sum = multiplyAdd(sum, x4, v128.load(w4));
    sum = multiplyAdd(sum, x5, v128.load(w4 + line));
    sum = multiplyAdd(sum, x6, v128.load(w4 + 2 * line));
    v128.store(y, multiplyAdd(sum, x7, v128.load(w4 + 3 * line)));
  }
}

function addLine(x: usize, w: usize, y: usize, size: usize): void {
  const x0 = v128.load_splat<f32>(x);
  for (const end = w + size; w < end; w += 16, y += 16) {
    v128.store(y, multiplyAdd(v128.load(y), x0, v128.load(w)));
  }
}

/** c += a·bᵀ. a [rows, depth], b [columns, depth], c [rows, columns]; depth is a multiple of 4. */
export function addFewRowsTurned(
  a: usize,
  b: usize,
  c: usize,
  rows: usize,
  depth: usize,
  columns: usize,
): void {
  const line = depth << 2;
  let column: usize = 0;
  for (; column + 4 <= columns; column += 4) {
    const w = b + column * line;
    const y = c + (column << 2);
    let row: usize = 0;
    for (; row + 4 <= rows; row += 4)
      addFourByFour(a + row * line, w, line, y + ((row * columns) << 2), columns << 2);
    for (; row < rows; row++) addOneByFour(a + row * line, w, line, y + ((row * columns) << 2));
  }
  for (; column < columns; column++) {
    for (let row: usize = 0; row < rows; row++) {
      const y = c + ((row * columns + column) << 2);
      let sum = load<f32>(y);
      for (let i: usize = 0; i < line; i += 4) {
        sum += load<f32>(a + row * line + i) * load<f32>(b + column * line + i);
      }
      store<f32>(y, sum);
    }
  }
}

/** Of four rows, y += x·wᵀ, w being four lines of b: their numbers are turned, so that four columns lie side by side. */
function addFourByFour(x: usize, w: usize, line: usize, y: usize, nextY: usize): void {
  let sum0 = v128.load(y);
  let sum1 = v128.load(y + nextY);
  let sum2 = v128.load(y + 2 * nextY);
  let sum3 = v128.load(y + 3 * nextY);
  const w2 = w + 2 * line;
  const x2 = x + 2 * line;
  for (let i: usize = 0; i < line; i += 16) {
    const p = v128.load(w + i);
    const q = v128.load(w + line + i);
    const r = v128.load(w2 + i);
    const s = v128.load(w2 + line + i);
    const pq = v128.shuffle<i32>(p, q, 0, 4, 1, 5);
    const rs = v128.shuffle<i32>(r, s, 0, 4, 1, 5);
    const laterPq = v128.shuffle<i32>(p, q, 2, 6, 3, 7);
    const laterRs = v128.shuffle<i32>(r, s, 2, 6, 3, 7);
    let v = v128.shuffle<i64>(pq, rs, 0, 2);
    sum0 = multiplyAdd(sum0, v128.load_splat<f32>(x + i), v);
    sum1 = multiplyAdd(sum1, v128.load_splat<f32>(x + line + i), v);
    sum2 = multiplyAdd(sum2, v128.load_splat<f32>(x2 + i), v);
    sum3 = multiplyAdd(sum3, v128.load_splat<f32>(x2 + line + i), v);
    v = v128.shuffle<i64>(pq, rs, 1, 3);
    sum0 = multiplyAdd(sum0, v128.load_splat<f32>(x + i, 4), v);
    sum1 = multiplyAdd(sum1, v128.load_splat<f32>(x + line + i, 4), v);
    sum2 = multiplyAdd(sum2, v128.load_splat<f32>(x2 + i, 4), v);
    sum3 = multiplyAdd(sum3, v128.load_splat<f32>(x2 + line + i, 4), v);
    v = v128.shuffle<i64>(laterPq, laterRs, 0, 2);
    sum0 = multiplyAdd(sum0, v128.load_splat<f32>(x + i, 8), v);
    sum1 = multiplyAdd(sum1, v128.load_splat<f32>(x + line + i, 8), v);
    sum2 = multiplyAdd(sum2, v128.load_splat<f32>(x2 + i, 8), v);
    sum3 = multiplyAdd(sum3, v128.load_splat<f32>(x2 + line + i, 8), v);
    v = v128.shuffle<i64>(laterPq, laterRs, 1, 3);
    sum0 = multiplyAdd(sum0, v128.load_splat<f32>(x + i, 12), v);
    sum1 = multiplyAdd(sum1, v128.load_splat<f32>(x + line + i, 12), v);
    sum2 = multiplyAdd(sum2, v128.load_splat<f32>(x2 + i, 12), v);
    sum3 = multiplyAdd(sum3, v128.load_splat<f32>(x2 + line + i, 12), v);
  }
  v128.store(y, sum0);
  v128.store(y + nextY, sum1);
  v128.store(y + 2 * nextY, sum2);
  v128.store(y + 3 * nextY, sum3);
}

/** The same of one row. */
function addOneByFour(x: usize, w: usize, line: usize, y: usize): void {
  let sum = v128.load(y);
  const w2 = w + 2 * line;
  for (let i: usize = 0; i < line; i += 16) {
    const p = v128.load(w + i);
    const q = v128.load(w + line + i);
    const r = v128.load(w2 + i);
    const s = v128.load(w2 + line + i);
    const pq = v128.shuffle<i32>(p, q, 0, 4, 1, 5);
    const rs = v128.shuffle<i32>(r, s, 0, 4, 1, 5);
    const laterPq = v128.shuffle<i32>(p, q, 2, 6, 3, 7);
    const laterRs = v128.shuffle<i32>(r, s, 2, 6, 3, 7);
    sum = multiplyAdd(sum, v128.load_splat<f32>(x + i), v128.shuffle<i64>(pq, rs, 0, 2));
    sum = multiplyAdd(sum, v128.load_splat<f32>(x + i, 4), v128.shuffle<i64>(pq, rs, 1, 3));
    sum = multiplyAdd(
      sum,
      v128.load_splat<f32>(x + i, 8),
      v128.shuffle<i64>(laterPq, laterRs, 0, 2),
    );
    sum = multiplyAdd(
      sum,
      v128.load_splat<f32>(x + i, 12),
      v128.shuffle<i64>(laterPq, laterRs, 1, 3),
    );
  }
  v128.store(y, sum);
}
