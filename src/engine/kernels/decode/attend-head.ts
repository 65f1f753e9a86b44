/**
 * Attention of one query and head on the CPU: attend.ts's twin. A few thousand numbers, for which ops of their own would
 * cost more than the sums; loops take four at a time, so that an addition need not wait for the last one.
 */

/** Slots of key | value, the head's keys at `at` and its values `width` further on; from slot to slot 2·width. */
export interface Segment {
  readonly values: Float32Array;
  readonly at: number;
  readonly slots: number;
}

/**
 * y = softmax(q·Kᵀ/√headWidth)·V over all slots of the segments.
 *
 * @param query  [headWidth]
 * @param width  of all heads.
 * @returns      [headWidth], in float64 where JavaScript adds.
 */
export function attendHead(
  query: Float32Array,
  segments: readonly Segment[],
  width: number,
): Float64Array {
  const scale = 1 / Math.sqrt(query.length);
  const weights = new Float64Array(segments.reduce((sum, { slots }) => sum + slots, 0));
  let key = 0;
  for (const { values, at, slots } of segments) {
    for (let slot = 0; slot < slots; slot++) {
      weights[key++] = scale * dot(query, values, at + 2 * width * slot);
    }
  }
  softmax(weights);
  const result = new Float64Array(query.length);
  key = 0;
  for (const segment of segments) {
    addValues(result, segment, weights.subarray(key, key + segment.slots), width);
    key += segment.slots;
  }
  return result;
}

function dot(query: Float32Array, values: Float32Array, at: number): number {
  let a = 0;
  let b = 0;
  let c = 0;
  let d = 0;
  let i = 0;
  for (; i + 3 < query.length; i += 4) {
    a += query[i]! * values[at + i]!;
    b += query[i + 1]! * values[at + i + 1]!;
    c += query[i + 2]! * values[at + i + 2]!;
    d += query[i + 3]! * values[at + i + 3]!;
  }
  for (; i < query.length; i++) a += query[i]! * values[at + i]!;
  return a + b + c + d;
}

function softmax(scores: Float64Array): void {
  let highest = -Infinity;
  for (const score of scores) if (score > highest) highest = score;
  let mass = 0;
  for (let i = 0; i < scores.length; i++) mass += scores[i] = Math.exp(scores[i]! - highest);
  for (let i = 0; i < scores.length; i++) scores[i]! /= mass;
}

/** result += weights·V. */
function addValues(
  result: Float64Array,
  { values, at, slots }: Segment,
  weights: Float64Array,
  width: number,
): void {
  const stride = 2 * width;
  let slot = 0;
  for (; slot + 3 < slots; slot += 4) {
    const a = weights[slot]!;
    const b = weights[slot + 1]!;
    const c = weights[slot + 2]!;
    const d = weights[slot + 3]!;
    let value = at + width + stride * slot;
    for (let i = 0; i < result.length; i++, value++) {
      result[i]! +=
        a * values[value]! +
        b * values[value + stride]! +
        c * values[value + 2 * stride]! +
        d * values[value + 3 * stride]!;
    }
  }
  for (; slot < slots; slot++) {
    const value = at + width + stride * slot;
    for (let i = 0; i < result.length; i++) result[i]! += weights[slot]! * values[value + i]!;
  }
}
