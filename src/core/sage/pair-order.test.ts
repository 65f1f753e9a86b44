import { expect, test } from "vitest";
import { inPairOrder } from "./pair-order";
import { pairs } from "./similarity";

const rowsOf = (things: readonly string[]) =>
  pairs(things.length).map(([i, j]) => [things[i]!, things[j]!] as const);
const order = (rows: readonly (readonly [string, string])[]) => inPairOrder(rows, (text) => text);

test.each([[["a", "b"]], [["a", "b", "c", "d"]], [["a", "a", "b"]], [["a", "a", "a", "a"]]])(
  "all pairs of %j, in order, are of these",
  (things) => {
    expect(order(rowsOf(things))).toEqual(things);
  },
);

test("rows that lack a pair, or have them in another order, are not", () => {
  const rows = rowsOf(["a", "b", "c", "d"]);
  expect(order(rows.slice(0, 5))).toBeNull();
  expect(order([...rows].reverse())).toBeNull();
  expect(order([rows[0]!, rows[2]!, rows[5]!])).toBeNull(); // as many as three things have
  expect(order([])).toBeNull();
});
