import fc from "fast-check";
import { expect, test } from "vitest";
import { pack, packedRow, packedRows, responseLayout, unpack } from "./layout";

const rollouts = [
  { query: [1, 2], response: [3, 4, 5] },
  { query: [6], response: [7, 8] },
];

test("a response token belongs to the state before it", () => {
  const layout = responseLayout(rollouts);
  expect(layout).toEqual({
    rows: 2,
    columns: 4,
    starts: [0, 3, 5],
    positions: Int32Array.from([1, 2, 3, 4, 5]),
    mask: Uint8Array.from([0, 1, 1, 1, 1, 1, 0, 0]),
  });
});

test("rows can be taken out in any order", () => {
  const layout = responseLayout(rollouts);
  const packed = Float32Array.from([1, 2, 3, 4, 5]);
  expect([...packedRow(packed, layout, 1)]).toEqual([4, 5]);
  expect([...packedRows(packed, layout, [1, 0])]).toEqual([4, 5, 1, 2, 3]);
});

test("packing undoes unpacking", () => {
  const tokens = (minLength: number) => fc.array(fc.nat(9), { minLength, maxLength: 6 });
  const batch = fc.array(fc.record({ query: tokens(1), response: tokens(2) }), {
    minLength: 1,
    maxLength: 5,
  });
  fc.assert(
    fc.property(batch, (some) => {
      const layout = responseLayout(some);
      const packed = Float32Array.from(layout.positions, (_, i) => i + 1);
      const padded = unpack(packed, layout);
      expect(pack(padded, layout)).toEqual(packed);
      expect([...padded].map((x) => (x ? 1 : 0))).toEqual([...layout.mask]);
    }),
  );
});

test("refuses an empty query", () => {
  expect(() => responseLayout([{ query: [], response: [1, 2] }])).toThrow(
    "the query of rollout 0 is empty",
  );
});
