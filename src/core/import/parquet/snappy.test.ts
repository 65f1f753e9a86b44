import { snappyUncompress } from "hyparquet";
import fc from "fast-check";
import { expect, test } from "vitest";
import { undoSnappy } from "./snappy";

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

test("literals and copies give the text that they stand for", () => {
  // The format's own example of a copy that overlaps what it writes: "xababab" is "xab" and 4 bytes from 2 back.
  const copied = [7, 0x08, 0x78, 0x61, 0x62, 0b00000001, 2];
  expect(text(undoSnappy(Uint8Array.from(copied), 7))).toBe("xababab");
  const long = "y".repeat(300);
  const literal = Uint8Array.from([0xac, 0x02, 61 << 2, 0x2b, 0x01, ...Buffer.from(long)]);
  expect(text(undoSnappy(literal, 300))).toBe(long);
});

/** Elements of the format with what they stand for, made at random. */
const element = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 90 }).map((bytes) => ({ bytes })),
  fc.record({
    length: fc.integer({ min: 4, max: 11 }),
    back: fc.nat(2 ** 11 - 1),
    kind: fc.constant(1),
  }),
  fc.record({
    length: fc.integer({ min: 1, max: 64 }),
    back: fc.nat(2 ** 12),
    kind: fc.integer({ min: 2, max: 3 }),
  }),
);

test("whatever was written is read, as hyparquet reads it", () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 9 }), fc.array(element), (start, more) => {
      const plain: number[] = [];
      const packed: number[] = [];
      for (const one of [{ bytes: start }, ...more]) {
        if ("bytes" in one) {
          const { length } = one.bytes;
          packed.push(
            ...(length <= 60 ? [(length - 1) << 2] : [60 << 2, length - 1]),
            ...one.bytes,
          );
          plain.push(...one.bytes);
          continue;
        }
        const back = 1 + (one.back % plain.length);
        const { length, kind } = one;
        if (kind === 1) packed.push(((back >> 8) << 5) | ((length - 4) << 2) | 1, back & 255);
        else
          packed.push(
            ((length - 1) << 2) | kind,
            back & 255,
            back >> 8,
            ...(kind === 3 ? [0, 0] : []),
          );
        for (let i = 0; i < length; i++) plain.push(plain[plain.length - back]!);
      }
      const size = plain.length;
      const header =
        size < 128
          ? [size]
          : [
              (size & 127) | 128,
              ...(size < 16384 ? [size >> 7] : [((size >> 7) & 127) | 128, size >> 14]),
            ];
      const input = Uint8Array.from([...header, ...packed]);
      expect([...undoSnappy(input, size)]).toEqual(plain);
      const theirs = new Uint8Array(size);
      snappyUncompress(input, theirs);
      expect([...theirs]).toEqual(plain);
    }),
  );
});

test("what is longer, shorter or copied from nowhere is refused", () => {
  const refused =
    (...bytes: number[]) =>
    () =>
      undoSnappy(Uint8Array.from(bytes), 4);
  expect(refused(5, 16, 1, 2, 3, 4, 5)).toThrow("its compressed size differs from its header’s");
  expect(refused(4, 16, 1, 2, 3, 4, 5)).toThrow(
    "its compressed data are longer than their header says",
  );
  expect(refused(4, 8, 1, 2, 3)).toThrow("its compressed data end too early");
  expect(refused(4, 0, 1, 0b00000010, 2, 0)).toThrow("its compressed data copy from nowhere");
  // A literal whose length has its highest bit set, which moves hyparquet backwards, for ever.
  expect(refused(4, 0, 1, 63 << 2, 0xf8, 0xff, 0xff, 0xff)).toThrow(
    "longer than their header says",
  );
  expect(refused(4, 16, 1)).toThrow("longer than their header says");
});
