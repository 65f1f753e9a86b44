import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { krippendorffAlpha } from "./alpha";
import { bootstrapAlpha } from "./alpha-bootstrap";
import { alphaByBlock, alphaInfluence, alphaWithoutRater, driftOf } from "./alpha-diagnostics";
import type { NamedLevel, Unit } from "./alpha-level";

const fixture = JSON.parse(readFileSync("tests/fixtures/krippendorff_vectors.json", "utf8")) as {
  vectors: readonly { id: string; level: NamedLevel; units: readonly Unit[] }[];
  influence: { vector: string; values: readonly number[] };
};
const unitsOf = (id: string) => fixture.vectors.find((vector) => vector.id === id)!.units;

test("the influence of each unit of the 4 × 12 table is the published one", () => {
  const influence = alphaInfluence(unitsOf(fixture.influence.vector), "nominal");
  expect(influence).toBeAllClose(fixture.influence.values, { rtol: 0, atol: 1e-12 });
});

test("influence is α less α of the table without the unit, at every level", () => {
  const units = unitsOf("k2011-C-4x12-nominal");
  for (const level of ["nominal", "ordinal", "interval", "ratio"] as const) {
    const whole = krippendorffAlpha(units, level).alpha!;
    const expected = units.map(
      (_, i) => whole - krippendorffAlpha(units.toSpliced(i, 1), level).alpha!,
    );
    expect(alphaInfluence(units, level)).toBeAllClose(expected, { rtol: 0, atol: 1e-12 });
  }
});

test("influence is null where the table without the unit has no α", () => {
  expect(
    alphaInfluence(
      [
        ["Y", "N"],
        ["Y", "Y"],
      ],
      "nominal",
    ),
  ).toEqual([null, expect.any(Number)]);
  expect(alphaInfluence([["Y", "Y"]], "nominal")).toEqual([null]);
});

test("the two halves of the human annotations differ beyond their intervals", () => {
  const units = unitsOf("sage-human-1000-as-missing");
  const [first, last] = alphaByBlock(units, "nominal", 2, { seed: 42 });
  expect(first).toMatchObject({ from: 1, to: 500 });
  expect(last).toMatchObject({ from: 501, to: 1000 });
  expect(first!.alpha).toBeCloseTo(0.7697, 4);
  expect(last!.alpha).toBeCloseTo(0.9441, 4);
  expect(driftOf([first!, last!])).toBe("rose");
  expect(driftOf([last!, first!])).toBe("fell");
  const alone = bootstrapAlpha(units.slice(0, 500), "nominal", { seed: 42 });
  expect(first!.interval).toEqual(alone.interval);
});

test("blocks cover every unit once and are fewer where units are", () => {
  const units = Array.from({ length: 7 }, (_, i) => ["Y", i % 2 ? "Y" : "N"]);
  const bounds = alphaByBlock(units, "nominal", 3, { seed: 1, replicates: 5 }).map(
    ({ from, to }) => [from, to],
  );
  expect(bounds).toEqual([
    [1, 2],
    [3, 5],
    [6, 7],
  ]);
  expect(alphaByBlock(units.slice(0, 2), "nominal", 5, { seed: 1, replicates: 5 })).toHaveLength(2);
  expect(() => alphaByBlock(units, "nominal", 0, { seed: 1 })).toThrow(
    "blocks must be a positive integer, got 0",
  );
});

test("without the rater who answers at random, the others agree fully", () => {
  const units = [
    ["Y", "Y", "N"],
    ["N", "N", "N"],
    ["Y", "Y", "Y"],
    ["N", "N", "Y"],
  ];
  const without = alphaWithoutRater(units, "nominal", 3).map(({ alpha }) => alpha);
  expect(without[2]).toBe(1);
  expect(without[0]).toBeLessThan(0.3);
});

test("blocks whose intervals touch or are missing show no drift", () => {
  const block = (low: number, high: number) => ({ interval: { low, high } });
  expect(driftOf([block(0, 0.5), block(0.5, 1)])).toBeNull();
  expect(driftOf([{ interval: null }, block(0.5, 1)])).toBeNull();
  expect(driftOf([])).toBeNull();
});
