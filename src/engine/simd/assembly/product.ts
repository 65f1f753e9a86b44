import { addFewRows, addFewRowsTurned } from "./few-rows";
import { packPanel, packStrip, packTurnedPanel, packTurnedStrip, PANEL, STRIP } from "./pack";
import { addEdgeTile, addTile } from "./tile";

/** Up to so many rows the way of b from memory costs more than the sums. */
const FEW_ROWS: usize = 12;

// What is packed at a time, so that it stays in the second cache (Goto and van de Geijn 2008).
const ROWS: usize = 96;
const DEPTH: usize = 384;
const COLUMNS: usize = 512;

/** Bytes that `addProduct` needs beside its matrices: a tile at the edge, strips of a, panels of b. */
export function roomForProduct(): usize {
  return (STRIP * PANEL + DEPTH * (ROWS + COLUMNS)) << 2;
}

/**
 * c += a·b: a [rows, depth] or, if turned, [depth, rows]; b [depth, columns] or, if turned, [columns, depth]; c [rows, columns].
 * The terms of a sum are added one after the other, however many rows there are: a row does not depend on those beside it.
 */
export function addProduct(
  a: usize,
  b: usize,
  c: usize,
  rows: usize,
  depth: usize,
  columns: usize,
  aTurned: bool,
  bTurned: bool,
  room: usize,
): void {
  if (rows <= FEW_ROWS && !aTurned) {
    if (!bTurned && columns % 4 == 0) return addFewRows(a, b, c, rows, depth, columns);
    if (bTurned && depth % 4 == 0) return addFewRowsTurned(a, b, c, rows, depth, columns);
  }
  const strips = room + ((STRIP * PANEL) << 2);
  const panels = strips + ((DEPTH * ROWS) << 2);
  const bLine = (bTurned ? depth : columns) << 2;
  const aLine = (aTurned ? rows : depth) << 2;
  for (let column: usize = 0; column < columns; column += COLUMNS) {
    const width = min(COLUMNS, columns - column);
    for (let k: usize = 0; k < depth; k += DEPTH) {
      const deep = min(DEPTH, depth - k);
      const even = (deep + 1) & ~1;
      packPanels(b, bLine, bTurned, k, column, deep, width, panels);
      for (let row: usize = 0; row < rows; row += ROWS) {
        const high = min(ROWS, rows - row);
        packStrips(a, aLine, aTurned, k, row, deep, high, strips);
        addBlock(
          strips,
          panels,
          even,
          c + ((row * columns + column) << 2),
          columns << 2,
          high,
          width,
          room,
        );
      }
    }
  }
}

function packPanels(
  b: usize,
  line: usize,
  turned: bool,
  k: usize,
  column: usize,
  depth: usize,
  width: usize,
  to: usize,
): void {
  const size = (((depth + 1) & ~1) * PANEL) << 2;
  for (let i: usize = 0; i < width; i += PANEL, to += size) {
    const count = min(PANEL, width - i);
    if (turned) packTurnedPanel(b + (column + i) * line + (k << 2), line, count, depth, to);
    else packPanel(b + k * line + ((column + i) << 2), line, count, depth, to);
    if (depth & 1) memory.fill(to + size - (PANEL << 2), 0, PANEL << 2);
  }
}

function packStrips(
  a: usize,
  line: usize,
  turned: bool,
  k: usize,
  row: usize,
  depth: usize,
  height: usize,
  to: usize,
): void {
  const size = (((depth + 1) & ~1) * STRIP) << 2;
  for (let i: usize = 0; i < height; i += STRIP, to += size) {
    const count = min(STRIP, height - i);
    if (turned) packTurnedStrip(a + k * line + ((row + i) << 2), line, count, depth, to);
    else packStrip(a + (row + i) * line + (k << 2), line, count, depth, to);
    if (depth & 1) memory.fill(to + size - (STRIP << 2), 0, STRIP << 2);
  }
}

/** c += strips·panels, tile by tile. */
function addBlock(
  strips: usize,
  panels: usize,
  depth: usize,
  c: usize,
  line: usize,
  height: usize,
  width: usize,
  room: usize,
): void {
  for (let j: usize = 0; j < width; j += PANEL) {
    const panel = panels + ((j * depth) << 2);
    const columns = min(PANEL, width - j);
    for (let i: usize = 0; i < height; i += STRIP) {
      const strip = strips + ((i * depth) << 2);
      const rows = min(STRIP, height - i);
      const to = c + i * line + (j << 2);
      if (rows == STRIP && columns == PANEL) addTile(strip, panel, depth, to, line);
      else addEdgeTile(strip, panel, depth, to, line, rows, columns, room);
    }
  }
}
