import fc from "fast-check";
import { expect, test } from "vitest";
import { deriveSeed, mulberry32, sampleWithoutReplacement, shuffle, stream } from "./random";

test("mulberry32 gives the reference's numbers", () => {
  const random = mulberry32(42);
  expect([random(), random(), random()]).toEqual([
    0.6011037519201636, 0.44829055899754167, 0.8524657934904099,
  ]);
  expect(mulberry32(0)()).toBe(0.26642920868471265);
});

test("mulberry32 stays in [0, 1) and is even", () => {
  const random = mulberry32(7);
  const draws = Array.from({ length: 10_000 }, random);
  expect(Math.min(...draws)).toBeGreaterThanOrEqual(0);
  expect(Math.max(...draws)).toBeLessThan(1);
  for (let tenth = 0; tenth < 10; tenth++) {
    const share = draws.filter((u) => Math.floor(u * 10) === tenth).length / draws.length;
    expect(share).toBeCloseTo(0.1, 1);
  }
});

test("derived seeds agree with an independent FNV-1a and fmix32 in Python", () => {
  expect(deriveSeed(42)).toBe(1898148008);
  expect(deriveSeed(42, "shuffle", 1)).toBe(4284501703);
  expect(deriveSeed(7, "a", "b")).toBe(4003822989);
});

test("a derived seed depends on the seed and on each purpose in its place", () => {
  const seeds = [
    deriveSeed(1, "a", "b"),
    deriveSeed(1, "b", "a"),
    deriveSeed(1, "ab"),
    deriveSeed(1, "a"),
    deriveSeed(2, "a"),
    deriveSeed(2 ** 32 + 1, "a"),
    deriveSeed(1, "é"),
    deriveSeed(1, "😀"),
    deriveSeed(1, "😁"),
  ];
  expect(new Set(seeds).size).toBe(seeds.length);
});

test("a thousand neighbouring purposes start a thousand different streams", () => {
  const first = Array.from({ length: 1000 }, (_, epoch) => stream(42, "shuffle", epoch)());
  expect(new Set(first).size).toBe(1000);
});

test.each([0.5, Number.NaN, 2 ** 53])("refuses %d as a seed", (seed) => {
  expect(() => deriveSeed(seed, "x")).toThrow(`a seed must be an integer, got ${seed}`);
});

test("a shuffle keeps every item, leaves its input alone and repeats with its seed", () => {
  fc.assert(
    fc.property(fc.array(fc.integer()), fc.integer(), (items, seed) => {
      const before = [...items];
      const shuffled = shuffle(items, mulberry32(seed));
      expect(items).toEqual(before);
      expect([...shuffled].sort()).toEqual([...items].sort());
      expect(shuffle(items, mulberry32(seed))).toEqual(shuffled);
    }),
  );
});

test("each order of three items is equally likely", () => {
  const random = mulberry32(1);
  const counts = new Map<string, number>();
  for (let i = 0; i < 6000; i++) {
    const order = shuffle(["a", "b", "c"], random).join("");
    counts.set(order, (counts.get(order) ?? 0) + 1);
  }
  expect(counts.size).toBe(6);
  for (const count of counts.values()) expect(Math.abs(count - 1000)).toBeLessThan(120); // 4 σ
});

test("a sample without replacement holds n different items", () => {
  const items = Array.from({ length: 20 }, (_, i) => i);
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 20 }), fc.integer(), (n, seed) => {
      const sample = sampleWithoutReplacement(items, n, mulberry32(seed));
      expect(new Set(sample).size).toBe(n);
      expect(items).toEqual(expect.arrayContaining(sample));
    }),
  );
});

test.each([-1, 4, 1.5])("refuses to draw %d of 3 items", (n) => {
  expect(() => sampleWithoutReplacement([1, 2, 3], n, mulberry32(1))).toThrow(
    `cannot draw ${n} of 3 items without replacement`,
  );
});
