import { PANEL, STRIP } from "./pack";
import { multiplyAdd } from "./vector";

/** c += strip·panel of a tile [4, 8], whose lines are `line` bytes apart. strip [depth][4], panel [depth][8]; depth is even. */
export function addTile(strip: usize, panel: usize, depth: usize, c: usize, line: usize): void {
  const c1 = c + line;
  const c2 = c1 + line;
  const c3 = c2 + line;
  let y00 = v128.load(c);
  let y01 = v128.load(c, 16);
  let y10 = v128.load(c1);
  let y11 = v128.load(c1, 16);
  let y20 = v128.load(c2);
  let y21 = v128.load(c2, 16);
  let y30 = v128.load(c3);
  let y31 = v128.load(c3, 16);
  for (const end = strip + (depth << 4); strip < end; strip += 32, panel += 64) {
    let left = v128.load(panel);
    let right = v128.load(panel, 16);
    let x = v128.load_splat<f32>(strip);
    y00 = multiplyAdd(y00, x, left);
    y01 = multiplyAdd(y01, x, right);
    x = v128.load_splat<f32>(strip, 4);
    y10 = multiplyAdd(y10, x, left);
    y11 = multiplyAdd(y11, x, right);
    x = v128.load_splat<f32>(strip, 8);
    y20 = multiplyAdd(y20, x, left);
    y21 = multiplyAdd(y21, x, right);
    x = v128.load_splat<f32>(strip, 12);
    y30 = multiplyAdd(y30, x, left);
    y31 = multiplyAdd(y31, x, right);
    left = v128.load(panel, 32);
    right = v128.load(panel, 48);
    x = v128.load_splat<f32>(strip, 16);
    y00 = multiplyAdd(y00, x, left);
    y01 = multiplyAdd(y01, x, right);
    x = v128.load_splat<f32>(strip, 20);
    y10 = multiplyAdd(y10, x, left);
    y11 = multiplyAdd(y11, x, right);
    x = v128.load_splat<f32>(strip, 24);
    y20 = multiplyAdd(y20, x, left);
    y21 = multiplyAdd(y21, x, right);
    x = v128.load_splat<f32>(strip, 28);
    y30 = multiplyAdd(y30, x, left);
    y31 = multiplyAdd(y31, x, right);
  }
  v128.store(c, y00);
  v128.store(c, y01, 16);
  v128.store(c1, y10);
  v128.store(c1, y11, 16);
  v128.store(c2, y20);
  v128.store(c2, y21, 16);
  v128.store(c3, y30);
  v128.store(c3, y31, 16);
}

/** The same of a tile at the edge, of which `rows` and `columns` are there; `whole` is room for 32 numbers. */
export function addEdgeTile(
  strip: usize,
  panel: usize,
  depth: usize,
  c: usize,
  line: usize,
  rows: usize,
  columns: usize,
  whole: usize,
): void {
  memory.fill(whole, 0, STRIP * PANEL * 4);
  for (let row: usize = 0; row < rows; row++) {
    memory.copy(whole + row * PANEL * 4, c + row * line, columns << 2);
  }
  addTile(strip, panel, depth, whole, PANEL * 4);
  for (let row: usize = 0; row < rows; row++) {
    memory.copy(c + row * line, whole + row * PANEL * 4, columns << 2);
  }
}
