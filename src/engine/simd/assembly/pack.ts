// Copies parts of the factors into the order in which tile.ts reads them. What lies outside a matrix is 0 there.

/** Columns of a panel of b. */
export const PANEL: usize = 8;
/** Rows of a strip of a. */
export const STRIP: usize = 4;

/** A strip of 4 rows as [depth][4]: from `from` on, rows `line` bytes apart, of which `count` are there. */
export function packStrip(from: usize, line: usize, count: usize, depth: usize, to: usize): void {
  if (count < STRIP) return packPart(from, 4, line, count, STRIP, depth, to);
  let k: usize = 0;
  for (; k + 4 <= depth; k += 4, from += 16, to += 64) {
    turn(from, line, to, 16);
  }
  packPart(from, 4, line, STRIP, STRIP, depth - k, to);
}

/** The same of a matrix that lies transposed: `line` bytes from one of depth to the next. */
export function packTurnedStrip(
  from: usize,
  line: usize,
  count: usize,
  depth: usize,
  to: usize,
): void {
  if (count < STRIP) return packPart(from, line, 4, count, STRIP, depth, to);
  for (let k: usize = 0; k < depth; k++, from += line, to += 16) v128.store(to, v128.load(from));
}

/** A panel of 8 columns as [depth][8]: from `from` on, depth's lines `line` bytes apart; `count` columns are there. */
export function packPanel(from: usize, line: usize, count: usize, depth: usize, to: usize): void {
  if (count < PANEL) return packPart(from, line, 4, count, PANEL, depth, to);
  for (let k: usize = 0; k < depth; k++, from += line, to += 32) {
    v128.store(to, v128.load(from));
    v128.store(to, v128.load(from, 16), 16);
  }
}

/** The same of a matrix that lies transposed: columns `line` bytes apart. */
export function packTurnedPanel(
  from: usize,
  line: usize,
  count: usize,
  depth: usize,
  to: usize,
): void {
  if (count < PANEL) return packPart(from, 4, line, count, PANEL, depth, to);
  let k: usize = 0;
  for (; k + 4 <= depth; k += 4, from += 16, to += 128) {
    turn(from, line, to, 32);
    turn(from + 4 * line, line, to + 16, 32);
  }
  packPart(from, 4, line, PANEL, PANEL, depth - k, to);
}

/** Number by number: `count` of `width`, `across` bytes apart; `along` bytes from one of depth to the next. */
function packPart(
  from: usize,
  along: usize,
  across: usize,
  count: usize,
  width: usize,
  depth: usize,
  to: usize,
): void {
  for (let k: usize = 0; k < depth; k++, from += along) {
    for (let i: usize = 0; i < width; i++, to += 4) {
      store<f32>(to, i < count ? load<f32>(from + i * across) : 0);
    }
  }
}

/** Four numbers of each of four lines, turned: line i becomes number i of four lines `next` bytes apart. */
function turn(from: usize, line: usize, to: usize, next: usize): void {
  const a = v128.load(from);
  const b = v128.load(from + line);
  const c = v128.load(from + 2 * line);
  const d = v128.load(from + 3 * line);
  const ab = v128.shuffle<i32>(a, b, 0, 4, 1, 5);
  const cd = v128.shuffle<i32>(c, d, 0, 4, 1, 5);
  const laterAb = v128.shuffle<i32>(a, b, 2, 6, 3, 7);
  const laterCd = v128.shuffle<i32>(c, d, 2, 6, 3, 7);
  v128.store(to, v128.shuffle<i64>(ab, cd, 0, 2));
  v128.store(to + next, v128.shuffle<i64>(ab, cd, 1, 3));
  v128.store(to + 2 * next, v128.shuffle<i64>(laterAb, laterCd, 0, 2));
  v128.store(to + 3 * next, v128.shuffle<i64>(laterAb, laterCd, 1, 3));
}
