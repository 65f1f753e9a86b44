// Four float32 at once. AssemblyScript: `npm run simd` compiles this folder.

/** a + x·w. */
export function multiplyAdd(a: v128, x: v128, w: v128): v128 {
  return f32x4.add(a, f32x4.mul(x, w));
}

/** The sum of the four. */
export function sumOf(v: v128): f32 {
  const even = f32x4.extract_lane(v, 0) + f32x4.extract_lane(v, 2);
  return even + (f32x4.extract_lane(v, 1) + f32x4.extract_lane(v, 3));
}

/** The largest of the four. */
export function largestOf(v: v128): f32 {
  const even = max(f32x4.extract_lane(v, 0), f32x4.extract_lane(v, 2));
  return max(even, max(f32x4.extract_lane(v, 1), f32x4.extract_lane(v, 3)));
}

/** e^v within 2 units in the last place, and no smaller than e^−87: Cephes' expf (Moshier), v = n·ln 2 + r. */
export function exp(v: v128): v128 {
  const x = f32x4.min(f32x4.max(v, f32x4.splat(-87)), f32x4.splat(88));
  const n = f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504088896341)));
  // ln 2 in two parts, of which n times the first is exact.
  let r = f32x4.sub(x, f32x4.mul(n, f32x4.splat(0.693359375)));
  r = f32x4.sub(r, f32x4.mul(n, f32x4.splat(-2.1219444e-4)));
  let p = multiplyAdd(f32x4.splat(1.3981999507e-3), r, f32x4.splat(1.98756915e-4));
  p = multiplyAdd(f32x4.splat(8.3334519073e-3), r, p);
  p = multiplyAdd(f32x4.splat(4.1665795894e-2), r, p);
  p = multiplyAdd(f32x4.splat(1.6666665459e-1), r, p);
  p = multiplyAdd(f32x4.splat(5.0000001201e-1), r, p);
  const power = i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
  return f32x4.mul(multiplyAdd(f32x4.add(r, f32x4.splat(1)), f32x4.mul(r, r), p), power);
}
