import fc from "fast-check";
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { readRleBitPackedHybrid } from "hyparquet/src/encoding.js";
import { expect, test } from "vitest";
import { Cursor } from "./cursor";
import { walkDeltas, walkRuns } from "./encodings";
import { walkStruct } from "./thrift";

const varint = (value: number): number[] =>
  value < 128 ? [value] : [(value % 128) + 128, ...varint(Math.floor(value / 128))];
const viewOf = (bytes: readonly number[]) => new DataView(Uint8Array.from(bytes).buffer);

/** A run as it is written, of a width that is given later. */
const run = fc.record({
  packed: fc.boolean(),
  length: fc.integer({ min: 1, max: 20 }),
  bytes: fc.uint8Array({ minLength: 20 * 32, maxLength: 20 * 32 }),
});

test("hyparquet reads of runs just the bytes that were walked", () => {
  const runs = fc.array(run, { minLength: 1, maxLength: 5 });
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 24 }), runs, (width, all) => {
      const bytes = all.flatMap(({ packed, length, bytes }) => [
        ...varint(2 * length + Number(packed)),
        ...bytes.slice(0, packed ? length * width : (width + 7) >> 3),
      ]);
      const count = all.reduce((sum, { packed, length }) => sum + length * (packed ? 8 : 1), 0);
      const input = new Cursor(Uint8Array.from(bytes));
      walkRuns(input, width, count);
      expect(input.left).toBe(0);

      const offsets: number[] = [];
      const reader = {
        view: viewOf(bytes),
        get offset() {
          return offsets.at(-1) ?? 0;
        },
        set offset(to: number) {
          offsets.push(to);
        },
      };
      readRleBitPackedHybrid(reader, width, new Array(count), bytes.length);
      expect(offsets.at(-2)).toBe(input.at); // before it skips to the end that it was told
    }),
  );
});

test("hyparquet reads of differences just the bytes that were walked", () => {
  const block = fc.record({
    widths: fc.array(fc.integer({ min: 0, max: 32 }), { minLength: 4, maxLength: 4 }),
    least: fc.nat(100),
  });
  const blocks = fc.array(block, { minLength: 1, maxLength: 3 });
  fc.assert(
    fc.property(blocks, fc.nat(127), fc.boolean(), (all, missing, isLong) => {
      const count = 1 + 128 * all.length - missing;
      const bytes = [...varint(128), 4, ...varint(count), 0];
      let seen = 1;
      for (const { widths, least } of all) {
        bytes.push(...varint(least), ...widths);
        for (const width of widths) {
          if (seen < count) bytes.push(...Array.from({ length: 4 * width }, (_, i) => i & 255));
          seen += 32;
        }
      }
      const input = new Cursor(Uint8Array.from(bytes));
      walkDeltas(input, count);
      expect(input.left).toBe(0);
      const reader = { view: viewOf(bytes), offset: 0 };
      deltaBinaryUnpack(reader, count, isLong ? new BigInt64Array(count) : new Int32Array(count));
      expect(reader.offset).toBe(input.at);
    }),
  );
});

test("runs and differences that hyparquet would follow without end are refused", () => {
  const walk = (width: number, count: number, ...bytes: number[]) =>
    walkRuns(new Cursor(Uint8Array.from(bytes)), width, count);
  expect(() => walk(1, 8, ...varint(2 ** 31 - 2), 1)).toThrow("longer than its page");
  expect(() => walk(0, 8, ...varint(2 ** 31 - 1))).toThrow("a packed run in it is empty");
  expect(() => walk(33, 8, 3)).toThrow("33 bits");
  expect(() => walk(1, 8, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff)).toThrow("end too early");
  const deltas = (...bytes: number[]) => walkDeltas(new Cursor(Uint8Array.from(bytes)), 9);
  for (const [block, miniblocks] of [
    [0, 1],
    [128, 0],
    [128, 3],
    [16, 1],
  ] as const) {
    expect(() => deltas(...varint(block), miniblocks, 9, 0, 0, 0)).toThrow("not sound");
  }
});

test("a struct is walked to its end; lists, texts, numbers and depths without end are refused", () => {
  const walk = (...bytes: number[]) => {
    const input = new Cursor(Uint8Array.from(bytes));
    walkStruct(input, { binary: 4, except: 5 });
    return input.at;
  };
  // Field 1: 300; field 2: true; field 3: the list ["a", ""]; field 5, of any length: "abcdef"; the end; one byte more.
  const sound = [0x15, 0xac, 0x02, 0x11, 0x19, 0x28, 1, 97, 0, 0x28, 6, 97, 98, 99, 100, 101, 102];
  expect(walk(...sound, 0, 9)).toBe(18);
  expect(() => walk(0x18, 5, 97, 97, 97, 97, 97, 0)).toThrow("too long");
  expect(() => walk(0x19, 0xf5, ...varint(2 ** 31 - 1), 0)).toThrow("end too early");
  expect(() => walk(0x19, 0xf5, ...varint(2 ** 31), 0)).toThrow("a count in it is too large");
  expect(() => walk(0x16, ...Array.from({ length: 11 }, () => 0x80), 0)).toThrow("has no end");
  expect(() => walk(...Array.from({ length: 100 }, () => 0x1c))).toThrow("too deep");
  expect(() => walk(...Array.from({ length: 100 }, () => 0x19))).toThrow("too deep");
  expect(() => walk(0x1b, 0)).toThrow("unknown type 11");
});
