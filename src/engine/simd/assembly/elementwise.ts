import { exp, multiplyAdd, sumOf } from "./vector";

/** y = (x − mean)/√(var + ε)·gain + bias of each row. x and y [rows, width], norm [2, width]: gain, bias; width is a multiple of 4. */
export function layerNorm(
  x: usize,
  norm: usize,
  y: usize,
  rows: usize,
  width: usize,
  epsilon: f32,
): void {
  const line = width << 2;
  for (const end = x + rows * line; x < end; x += line, y += line) {
    let sum = f32x4.splat(0);
    for (let i: usize = 0; i < line; i += 16) sum = f32x4.add(sum, v128.load(x + i));
    const mean = f32x4.splat(sumOf(sum) / <f32>width);
    let squares = f32x4.splat(0);
    for (let i: usize = 0; i < line; i += 16) {
      const centred = f32x4.sub(v128.load(x + i), mean);
      squares = multiplyAdd(squares, centred, centred);
    }
    const scale = f32x4.splat(<f32>1 / sqrt<f32>(sumOf(squares) / <f32>width + epsilon));
    for (let i: usize = 0; i < line; i += 16) {
      const unit = f32x4.mul(f32x4.sub(v128.load(x + i), mean), scale);
      v128.store(y + i, multiplyAdd(v128.load(norm + line + i), unit, v128.load(norm + i)));
    }
  }
}

// GPT-2's GELU is x·σ(x·(SLOPE + CUBIC·x²)): 2√(2/π), and that times 0.044715.
const SLOPE: f32 = 1.5957691216057308;
const CUBIC: f32 = 0.07135481627159864;

/** y = GELU(x); count is a multiple of 4. */
export function gelu(x: usize, y: usize, count: usize): void {
  for (const end = x + (count << 2); x < end; x += 16, y += 16) {
    const v = v128.load(x);
    v128.store(y, f32x4.div(v, f32x4.add(f32x4.splat(1), away(v))));
  }
}

/** dy ← dy·GELU′(x) = dy·(σ + xσ(1 − σ)·(SLOPE + 3·CUBIC·x²)). */
export function timesGeluSlope(dy: usize, x: usize, count: usize): void {
  const one = f32x4.splat(1);
  for (const end = x + (count << 2); x < end; x += 16, dy += 16) {
    const v = v128.load(x);
    const sigma = f32x4.div(one, f32x4.add(one, away(v)));
    const inner = multiplyAdd(f32x4.splat(SLOPE), f32x4.mul(v, v), f32x4.splat(3 * CUBIC));
    const curved = f32x4.mul(f32x4.mul(v, inner), f32x4.sub(one, sigma));
    const factor = f32x4.mul(sigma, f32x4.add(curved, one));
    v128.store(dy, f32x4.mul(v128.load(dy), factor));
  }
}

/** exp(−x·(SLOPE + CUBIC·x²)) = 1/σ − 1. */
function away(v: v128): v128 {
  const inner = multiplyAdd(f32x4.splat(SLOPE), f32x4.mul(v, v), f32x4.splat(CUBIC));
  return exp(f32x4.neg(f32x4.mul(v, inner)));
}
