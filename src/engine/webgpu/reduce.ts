/** Sums and maxima over the lanes of a workgroup, as WGSL declarations. */

/** Below any score, yet finite: its difference to itself is 0. As WGSL writes it. */
export const LOWEST = "-3.0e38";

/**
 * `fn total(lane, x) -> f32` and `fn largest(lane, x) -> f32`: over all lanes, the answer in every lane. Each lane of the
 * workgroup must call them the same number of times; the order of the additions is fixed, so a result repeats bit for bit.
 *
 * @param lanes  the workgroup's size, a power of 2.
 */
export function reductions(lanes: number): string {
  return `
var<workgroup> partial : array<f32, ${lanes}>;
${reduction("total", lanes, "partial[lane] + partial[lane + step]")}
${reduction("largest", lanes, "max(partial[lane], partial[lane + step])")}`;
}

function reduction(name: string, lanes: number, combine: string): string {
  return `fn ${name}(lane : u32, x : f32) -> f32 {
  workgroupBarrier(); // the last call's result has been read
  partial[lane] = x;
  for (var step = ${lanes / 2}u; step > 0u; step >>= 1u) {
    workgroupBarrier();
    if (lane < step) { partial[lane] = ${combine}; }
  }
  workgroupBarrier();
  return partial[0];
}`;
}
