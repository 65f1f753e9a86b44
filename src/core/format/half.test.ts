import { expect, test } from "vitest";
import { fromBfloat16, fromFloat16 } from "./half";

test("float16: known values, subnormals and the ends of the range", () => {
  const words = Uint16Array.of(
    0x3c00,
    0xc000,
    0x3555,
    0x0001,
    0x03ff,
    0x0400,
    0x7bff,
    0x7c00,
    0xfc00,
  );
  const values = [
    1,
    -2,
    0.333251953125,
    2 ** -24,
    1023 * 2 ** -24,
    2 ** -14,
    65504,
    Infinity,
    -Infinity,
  ];
  expect([...fromFloat16(words)]).toEqual(values);
});

test("float16: NaN stays NaN and −0 keeps its sign", () => {
  const [nan, zero] = fromFloat16(Uint16Array.of(0x7e00, 0x8000));
  expect(nan).toBeNaN();
  expect(Object.is(zero, -0)).toBe(true);
});

test("float16: every finite value is sign · (1 + f/1024) · 2^(e−15), or f · 2⁻²⁴ below", () => {
  const words = Uint16Array.from({ length: 0x7c00 }, (_, i) => i);
  const expected = Array.from(words, (w) =>
    w < 0x400 ? w * 2 ** -24 : (1 + (w & 0x3ff) / 1024) * 2 ** ((w >> 10) - 15),
  );
  expect([...fromFloat16(words)]).toEqual(expected);
});

test("bfloat16 is the upper half of a float32", () => {
  expect([...fromBfloat16(Uint16Array.of(0x3f80, 0xc040, 0x7f80, 0x0000))]).toEqual([
    1,
    -3,
    Infinity,
    0,
  ]);
});
