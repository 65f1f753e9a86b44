import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { mulberry32 } from "../random";
import { krippendorffAlpha } from "./alpha";
import { bootstrapAlpha } from "./alpha-bootstrap";
import type { NamedLevel, Unit } from "./alpha-level";
import { quantile } from "./bootstrap";

interface Case {
  readonly vector: string;
  readonly B: number;
  readonly seed: number;
  readonly undefined: number;
  readonly lo95: number;
  readonly hi95: number;
  readonly mean: number;
}

const fixture = JSON.parse(readFileSync("tests/fixtures/krippendorff_vectors.json", "utf8")) as {
  vectors: readonly { id: string; level: NamedLevel; units: readonly Unit[] }[];
  bootstrap: { cases: readonly Case[] };
};

test.each(fixture.bootstrap.cases.map((c) => [c.vector, c] as const))(
  "the interval of %s is Python's bit for bit",
  (id, { B, seed, undefined: undefinedReplicates, lo95, hi95, mean }) => {
    const { units, level } = fixture.vectors.find((vector) => vector.id === id)!;
    const result = bootstrapAlpha(units, level, { replicates: B, seed });
    expect(result).toMatchObject({
      interval: { low: lo95, high: hi95 },
      replicates: B,
      undefinedReplicates,
      reason: null,
    });
    expect(result.mean).toBeCloseTo(mean, 12);
  },
);

test("is the plain loop: units drawn, α computed from scratch", () => {
  const rating = fc.option(fc.integer({ min: 0, max: 3 }), { freq: 4 });
  const units = fc.array(fc.array(rating, { minLength: 3, maxLength: 3 }), {
    minLength: 2,
    maxLength: 8,
  });
  const level = fc.constantFrom<NamedLevel>("nominal", "ordinal", "interval", "ratio");
  fc.assert(
    fc.property(units, level, fc.nat(), (units, level, seed) => {
      const random = mulberry32(seed);
      const alphas = Array.from({ length: 40 }, () => {
        const drawn = units.map(() => units[Math.floor(random() * units.length)]!);
        return krippendorffAlpha(drawn, level).alpha;
      });
      const defined = alphas.filter((alpha) => alpha !== null).sort((a, b) => a - b);
      const result = bootstrapAlpha(units, level, { replicates: 40, seed, confidence: 0.8 });
      if (result.interval === null) return;
      expect(result.undefinedReplicates).toBe(40 - defined.length);
      expect(result.interval.low).toBeCloseTo(quantile(defined, 0.1), 10);
      expect(result.interval.high).toBeCloseTo(quantile(defined, 0.9), 10);
    }),
  );
});

test("replicates without variation are counted and left out", () => {
  const result = bootstrapAlpha(
    [
      ["Y", "Y"],
      ["N", "N"],
    ],
    "nominal",
    { seed: 1, replicates: 400 },
  );
  expect(result.undefinedReplicates).toBeGreaterThan(150); // one half expected: both draws alike
  expect(result.undefinedReplicates).toBeLessThan(250);
  expect(result.interval).toEqual({ low: 1, high: 1 });
});

test.each([
  [[["Y", "N"]], "an interval needs at least 2 units with two ratings, there is 1"],
  [[["Y"], ["N"]], "an interval needs at least 2 units with two ratings, there are 0"],
  [
    [
      ["Y", "Y"],
      ["Y", "Y"],
    ],
    "no resample has an α, as none has ratings that vary",
  ],
])("%j has no interval, and the reason is said", (units, reason) => {
  expect(bootstrapAlpha(units, "nominal", { seed: 1 })).toMatchObject({
    interval: null,
    mean: null,
    reason,
  });
});

test.each([
  [{ replicates: 0 }, "replicates must be a positive integer, got 0"],
  [{ confidence: 0 }, "confidence must lie between 0 and 1, got 0"],
])("refuses %j", (options, message) => {
  expect(() => bootstrapAlpha([], "nominal", { seed: 1, ...options })).toThrow(
    new RangeError(message),
  );
});
