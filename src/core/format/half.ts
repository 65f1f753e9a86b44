/** 16-bit floating point to float32, exactly: every 16-bit value has a float32 of the same value. */

/** IEEE 754 binary16: 1 sign bit, 5 of exponent (bias 15), 10 of fraction. */
export function fromFloat16(words: Uint16Array): Float32Array {
  const out = new Float32Array(words.length);
  const bits = new Uint32Array(out.buffer);
  for (let i = 0; i < words.length; i++) {
    const word = words[i]!;
    const sign = (word & 0x8000) << 16;
    const exponent = (word >> 10) & 0x1f;
    const fraction = word & 0x3ff;
    if (exponent === 0) {
      // Subnormal, or zero: fraction · 2⁻²⁴, with its sign even when zero.
      out[i] = (sign === 0 ? 1 : -1) * fraction * 2 ** -24;
    } else {
      const wide = exponent === 0x1f ? 0xff : exponent - 15 + 127; // infinity and NaN keep theirs
      bits[i] = (sign | (wide << 23) | (fraction << 13)) >>> 0;
    }
  }
  return out;
}

/** bfloat16 is the upper half of a float32. */
export function fromBfloat16(words: Uint16Array): Float32Array {
  const bits = new Uint32Array(words.length);
  for (let i = 0; i < words.length; i++) bits[i] = words[i]! << 16;
  return new Float32Array(bits.buffer);
}
