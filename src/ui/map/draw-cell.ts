/** One question of the map on a canvas: its graph before, its graph after, and the two scores below. */
import type { MapRow } from "../../app/question-map";
import { pairs } from "../../core/sage/similarity";
import type { QuestionScore } from "../../core/study/scoring";
import { corners, lineOpacity, lineShare } from "../charts/pentagon";
import { score as figure } from "../controls/figures";

/** px */
export const CELL = { width: 148, height: 98 } as const;
const RADIUS = 27;
const CENTRE_Y = 38;
const NODE = 2.8;
const THICKEST = 4.4;
const TEXT_Y = 86;

export interface Palette {
  readonly before: string;
  readonly after: string;
  readonly ink: string;
  readonly muted: string;
  readonly accent: string;
  readonly hovered: string;
  readonly font: string;
}

export interface CellState {
  readonly focused: boolean;
  readonly hovered: boolean;
}

/** The pairs of every n that came up: their order does not change. */
const pairsOf = new Map<number, readonly (readonly [number, number])[]>();

/** @param x, y  of the cell's upper left corner, in px of the canvas. */
export function drawCell(
  context: CanvasRenderingContext2D,
  row: MapRow,
  x: number,
  y: number,
  palette: Palette,
  { focused, hovered }: CellState,
): void {
  if (hovered || focused) {
    context.beginPath();
    context.roundRect(x + 2, y + 2, CELL.width - 4, CELL.height - 4, 8);
    if (hovered) {
      context.fillStyle = palette.hovered;
      context.fill();
    }
    if (focused) {
      context.strokeStyle = palette.accent;
      context.lineWidth = 2;
      context.stroke();
    }
  }
  const left = x + CELL.width * 0.27;
  const right = x + CELL.width * 0.73;
  if (row.before) drawGraph(context, row.before, left, y + CENTRE_Y, palette.before);
  if (row.after) drawGraph(context, row.after, right, y + CENTRE_Y, palette.after);
  context.font = palette.font;
  context.textAlign = "center";
  context.fillStyle = palette.muted;
  context.fillText(figure(row.before?.sage), left, y + TEXT_Y);
  context.fillStyle = palette.ink;
  if (row.after) context.fillText(figure(row.after.sage), right, y + TEXT_Y);
}

function drawGraph(
  context: CanvasRenderingContext2D,
  { n, weights }: QuestionScore,
  x: number,
  y: number,
  colour: string,
): void {
  const nodes = corners(n, RADIUS);
  if (!pairsOf.has(n)) pairsOf.set(n, pairs(n));
  context.strokeStyle = context.fillStyle = colour;
  context.lineCap = "round";
  for (const [k, [i, j]] of pairsOf.get(n)!.entries()) {
    const share = lineShare(weights[k] ?? 0);
    context.globalAlpha = lineOpacity(share);
    context.lineWidth = THICKEST * share;
    context.beginPath();
    context.moveTo(x + nodes[i]!.x, y + nodes[i]!.y);
    context.lineTo(x + nodes[j]!.x, y + nodes[j]!.y);
    context.stroke();
  }
  context.globalAlpha = 1;
  for (const node of nodes) {
    context.beginPath();
    context.arc(x + node.x, y + node.y, NODE, 0, 2 * Math.PI);
    context.fill();
  }
}
