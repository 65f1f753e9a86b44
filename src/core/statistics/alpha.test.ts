import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { krippendorffAlpha } from "./alpha";
import type { Level, NamedLevel, Unit } from "./alpha-level";

type Distances = Record<string, number | string>;
interface Vector {
  readonly id: string;
  readonly level: NamedLevel | Distances;
  readonly units: readonly Unit[];
  readonly alpha: number | null;
  readonly published: number | null;
  readonly tolerance: number;
  readonly undefined_reason: string | null;
  readonly meta: {
    readonly n_pairable_units: number;
    readonly n_pairable_values: number;
    readonly Do: number;
    readonly De: number;
  } | null;
}

const { vectors } = JSON.parse(
  readFileSync("tests/fixtures/krippendorff_vectors.json", "utf8"),
) as { vectors: readonly Vector[] };

/** A fixture's own distances are written as fractions, each pair once. */
function levelOf(level: Vector["level"]): Level {
  if (typeof level === "string") return level;
  return (a, b) => {
    const [numerator, denominator = 1] = String(level[`${a}|${b}`] ?? level[`${b}|${a}`])
      .split("/")
      .map(Number);
    return numerator! / denominator;
  };
}

test.each(vectors.map((vector) => [vector.id, vector] as const))("vector %s", (_, vector) => {
  const { meta } = vector;
  const result = krippendorffAlpha(vector.units, levelOf(vector.level));
  expect(result.pairableUnits).toBe(meta?.n_pairable_units ?? 0);
  expect(result.pairableValues).toBe(meta?.n_pairable_values ?? 0);
  expect(result.droppedUnits).toBe(vector.units.length - result.pairableUnits);
  if (meta) {
    expect([result.observedDisagreement, result.expectedDisagreement]).toBeAllClose(
      [meta.Do, meta.De],
      { rtol: 1e-12, atol: 1e-12 },
    );
  }
  if (vector.alpha === null) {
    expect(result.alpha).toBeNull();
    expect(result.reason).toMatch(
      vector.undefined_reason === "no-pairable-unit" ? /^no unit has two/ : /without variation/,
    );
  } else {
    expect(Math.abs(result.alpha! - vector.alpha)).toBeLessThanOrEqual(1e-12);
    expect(result.reason).toBeNull();
  }
  if (vector.published !== null && vector.alpha !== null) {
    expect(Math.abs(result.alpha! - vector.published)).toBeLessThanOrEqual(
      vector.tolerance + 1e-12,
    );
  }
});

test("all 49 vectors are there", () => {
  expect(vectors).toHaveLength(49);
});

test("the paper's 0.868 is exactly 250809/288770", () => {
  const { units } = vectors.find(({ id }) => id === "sage-human-1000-as-missing")!;
  expect(krippendorffAlpha(units).alpha).toBeCloseTo(250809 / 288770, 14);
});

test("full agreement without variation is undefined, with the plain percentage beside it", () => {
  expect(
    krippendorffAlpha([
      ["Y", "Y", "Y"],
      ["Y", "Y", null],
      ["N", null, null],
    ]),
  ).toEqual({
    alpha: null,
    observedDisagreement: 0,
    expectedDisagreement: 0,
    pairableUnits: 2,
    pairableValues: 5,
    droppedUnits: 1,
    percentAgreement: 1,
    reason: 'all 5 ratings are "Y": without variation, agreement beyond chance is undefined',
  });
});

test("nothing to compare leaves every figure null", () => {
  expect(krippendorffAlpha([["Y"], [null, "N"], []])).toMatchObject({
    alpha: null,
    observedDisagreement: null,
    expectedDisagreement: null,
    percentAgreement: null,
    droppedUnits: 3,
    reason: "no unit has two ratings, so there is nothing to compare",
  });
});

test("percent agreement weighs a unit by its ratings: 2 of 6 pairs of one, 1 of 1 of the other", () => {
  const { percentAgreement } = krippendorffAlpha([
    [1, 1, 2, 2],
    [1, 1, null, null],
  ]);
  expect(percentAgreement).toBeCloseTo((4 * (2 / 6) + 2) / 6, 14);
});

const rating = fc.option(fc.integer({ min: 0, max: 4 }), { freq: 4 });
const table = fc
  .integer({ min: 2, max: 4 })
  .chain((raters) =>
    fc.array(fc.array(rating, { minLength: raters, maxLength: raters }), { maxLength: 12 }),
  );
const level = fc.constantFrom<NamedLevel>("nominal", "ordinal", "interval", "ratio");

function expectSame(a: number | null, b: number | null): void {
  if (a === null || b === null) expect(a).toBe(b);
  else expect(a).toBeCloseTo(b, 10);
}

test("the order of raters and of units changes nothing", () => {
  fc.assert(
    fc.property(table, level, fc.nat(), (units, level, turn) => {
      const { alpha } = krippendorffAlpha(units, level);
      const turned = units.map((unit) => [
        ...unit.slice(turn % unit.length),
        ...unit.slice(0, turn % unit.length),
      ]);
      expectSame(krippendorffAlpha(turned, level).alpha, alpha);
      expectSame(krippendorffAlpha(units.toReversed(), level).alpha, alpha);
    }),
  );
});

test("nominal α is blind to names, interval α to shift and scale, ratio α to scale", () => {
  fc.assert(
    fc.property(table, (units) => {
      const map = (f: (x: number) => number | string) =>
        units.map((unit) => unit.map((x) => (x === null ? null : f(x))));
      const names = ["z", "b", "y", "a", "x"];
      const of = (level: NamedLevel, f: (x: number) => number | string) =>
        krippendorffAlpha(map(f), level).alpha;
      expectSame(
        of("nominal", (x) => names[x]!),
        of("nominal", (x) => x),
      );
      expectSame(
        of("ordinal", (x) => x ** 3 - 9),
        of("ordinal", (x) => x),
      );
      expectSame(
        of("interval", (x) => 3 * x - 7),
        of("interval", (x) => x),
      );
      expectSame(
        of("ratio", (x) => 0.5 * x),
        of("ratio", (x) => x),
      );
    }),
  );
});

test("a custom difference of 1 is nominal, and units with one rating add nothing", () => {
  fc.assert(
    fc.property(table, (units) => {
      const nominal = krippendorffAlpha(units);
      expect(krippendorffAlpha(units, () => 1)).toEqual(nominal);
      const more = krippendorffAlpha([...units, [3], [null, 4]]);
      expect(more).toEqual({ ...nominal, droppedUnits: nominal.droppedUnits + 2 });
    }),
  );
});

test("every unit twice keeps the observed disagreement and nears the expected one without the small-sample term", () => {
  fc.assert(
    fc.property(
      table,
      level.filter((l) => l !== "ordinal"),
      (units, level) => {
        const once = krippendorffAlpha(units, level);
        const twice = krippendorffAlpha([...units, ...units], level);
        expectSame(twice.observedDisagreement, once.observedDisagreement);
        const n = once.pairableValues;
        if (n === 0) return;
        const factor = (4 * n * (n - 1)) / (2 * n * (2 * n - 1));
        expectSame(twice.expectedDisagreement, once.expectedDisagreement! * factor);
      },
    ),
  );
});

test("α is at most 1, and 1 only without observed disagreement", () => {
  fc.assert(
    fc.property(table, level, (units, level) => {
      const { alpha, observedDisagreement } = krippendorffAlpha(units, level);
      if (alpha === null) return;
      expect(alpha).toBeLessThanOrEqual(1);
      expect(alpha === 1).toBe(observedDisagreement === 0);
    }),
  );
});

test.each<[string, readonly Unit[], Level, string]>([
  [
    "text at a numeric level",
    [["a", "b"]],
    "interval",
    'level interval needs numbers, got "a"; nominal takes any text',
  ],
  [
    "a ratio below 0",
    [[-1, 1]],
    "ratio",
    "level ratio needs numbers from 0 on, got -1; try interval",
  ],
  ["NaN", [[Number.NaN, 1]], "nominal", "NaN is no rating; use null for missing"],
  [
    "a difference that depends on direction",
    [["a", "b"]],
    (a) => (a === "a" ? 1 : 2),
    'a difference must be symmetric, finite and at least 0; "a" and "b" have 1 and back 2',
  ],
])("refuses %s", (_, units, level, message) => {
  expect(() => krippendorffAlpha(units, level)).toThrow(new RangeError(message));
});
