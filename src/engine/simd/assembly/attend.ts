import { exp, largestOf, multiplyAdd, sumOf } from "./vector";

/** Below every score. */
const LOWEST: f32 = -3e38;

/**
 * Of each live row and head, y = softmax(q·Kᵀ/√headWidth)·V over the promptLength first slots of the row's prompt and the
 * `drawn` first of its own cache. Keys and values of all heads lie side by side in a slot, so a slot is gone through head
 * by head and memory in its own order.
 *
 * @param q       [live, width]; the width of a head is a multiple of 4.
 * @param prompts [prompts, promptSlots, 2·width]: key | value
 * @param cache   [rows, slots, 2·width]
 * @param rows    int32 [live, 4]: row, prompt, promptLength, drawn
 * @param y       [live, width]
 * @param weights room for [heads, promptSlots + slots + 3]
 */
export function attend(
  q: usize,
  prompts: usize,
  cache: usize,
  rows: usize,
  y: usize,
  weights: usize,
  live: usize,
  width: usize,
  heads: usize,
  promptSlots: usize,
  slots: usize,
): void {
  const line = width << 2;
  const head = line / heads;
  const scale = <f32>1 / sqrt<f32>(<f32>(width / heads));
  for (let i: usize = 0; i < live; i++, rows += 16, q += line, y += line) {
    const prompt = prompts + <usize>load<u32>(rows, 4) * promptSlots * 2 * line;
    const own = cache + <usize>load<u32>(rows) * slots * 2 * line;
    const length = <usize>load<u32>(rows, 8);
    const drawn = <usize>load<u32>(rows, 12);
    const stride = ((length + drawn + 3) & ~3) << 2; // bytes of a head's weights
    scoreSlots(q, prompt, weights, length, stride, line, head, scale);
    scoreSlots(q, own, weights + (length << 2), drawn, stride, line, head, scale);
    for (let h: usize = 0; h < heads; h++) {
      softmax(weights + h * stride, (length + drawn) << 2, stride);
    }
    memory.fill(y, 0, line);
    addValues(prompt, weights, y, length, stride, line, head);
    addValues(own, weights + (length << 2), y, drawn, stride, line, head);
  }
}

function scoreSlots(
  q: usize,
  key: usize,
  weights: usize,
  count: usize,
  stride: usize,
  line: usize,
  head: usize,
  scale: f32,
): void {
  for (let slot: usize = 0; slot < count; slot++, key += 2 * line, weights += 4) {
    let weight = weights;
    for (let first: usize = 0; first < line; first += head, weight += stride) {
      let sum = f32x4.splat(0);
      let other = f32x4.splat(0);
      let i = first;
      const end = first + head;
      for (; i + 32 <= end; i += 32) {
        sum = multiplyAdd(sum, v128.load(q + i), v128.load(key + i));
        other = multiplyAdd(other, v128.load(q + i, 16), v128.load(key + i, 16));
      }
      if (i < end) sum = multiplyAdd(sum, v128.load(q + i), v128.load(key + i));
      store<f32>(weight, scale * sumOf(f32x4.add(sum, other)));
    }
  }
}

/** In place; what is between size and the padded size becomes 0, or next to it. */
function softmax(scores: usize, size: usize, padded: usize): void {
  for (let i = size; i < padded; i += 4) store<f32>(scores + i, LOWEST);
  let highest = f32x4.splat(LOWEST);
  for (let i: usize = 0; i < padded; i += 16) highest = f32x4.max(highest, v128.load(scores + i));
  const peak = f32x4.splat(largestOf(highest));
  let mass = f32x4.splat(0);
  for (let i: usize = 0; i < padded; i += 16) {
    const weight = exp(f32x4.sub(v128.load(scores + i), peak));
    v128.store(scores + i, weight);
    mass = f32x4.add(mass, weight);
  }
  const scale = f32x4.splat(<f32>1 / sumOf(mass));
  for (let i: usize = 0; i < padded; i += 16) {
    v128.store(scores + i, f32x4.mul(v128.load(scores + i), scale));
  }
}

/** y += weights·V. */
function addValues(
  slots: usize,
  weights: usize,
  y: usize,
  count: usize,
  stride: usize,
  line: usize,
  head: usize,
): void {
  const next: usize = line * 2;
  let value = slots + line;
  let slot: usize = 0;
  for (; slot + 4 <= count; slot += 4, value += 4 * next, weights += 16) {
    let weight = weights;
    for (let first: usize = 0; first < line; first += head, weight += stride) {
      const w0 = v128.load_splat<f32>(weight);
      const w1 = v128.load_splat<f32>(weight, 4);
      const w2 = v128.load_splat<f32>(weight, 8);
      const w3 = v128.load_splat<f32>(weight, 12);
      for (let i = first; i < first + head; i += 16) {
        let sum = multiplyAdd(v128.load(y + i), w0, v128.load(value + i));
        sum = multiplyAdd(sum, w1, v128.load(value + next + i));
        sum = multiplyAdd(sum, w2, v128.load(value + 2 * next + i));
        v128.store(y + i, multiplyAdd(sum, w3, v128.load(value + 3 * next + i)));
      }
    }
  }
  for (; slot < count; slot++, value += next, weights += 4) {
    let weight = weights;
    for (let first: usize = 0; first < line; first += head, weight += stride) {
      const w = v128.load_splat<f32>(weight);
      for (let i = first; i < first + head; i += 16) {
        v128.store(y + i, multiplyAdd(v128.load(y + i), w, v128.load(value + i)));
      }
    }
  }
}
