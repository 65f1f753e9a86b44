import { readFileSync } from "node:fs";
import fc from "fast-check";
import { expect, test } from "vitest";
import { krippendorffAlpha } from "./alpha";
import type { Unit } from "./alpha-level";
import { fleissKappa } from "./fleiss";
import { gwetAc1 } from "./gwet";
import { cohensKappa, pairwiseAgreement } from "./kappa";

const { vectors } = JSON.parse(
  readFileSync("tests/fixtures/krippendorff_vectors.json", "utf8"),
) as { vectors: readonly { id: string; units: readonly Unit[] }[] };
const unitsOf = (id: string) => vectors.find((vector) => vector.id === id)!.units;

/** Units from a table of counts: so many of each pattern. */
const repeat = (patterns: readonly (readonly [number, Unit])[]) =>
  patterns.flatMap(([count, unit]) => Array.from({ length: count }, () => unit));

test("Cohen's κ of the textbook's 50 grant proposals is 0.4", () => {
  const units = repeat([
    [20, ["yes", "yes"]],
    [5, ["yes", "no"]],
    [10, ["no", "yes"]],
    [15, ["no", "no"]],
  ]);
  const { kappa, percentAgreement, n } = cohensKappa(units, 0, 1);
  expect(kappa).toBeCloseTo(0.4, 12);
  expect(percentAgreement).toBe(0.7);
  expect(n).toBe(50);
});

test("Fleiss' κ of the worked example of 14 raters and 10 subjects is 0.210", () => {
  const counts = [
    [0, 0, 0, 0, 14],
    [0, 2, 6, 4, 2],
    [0, 0, 3, 5, 6],
    [0, 3, 9, 2, 0],
    [2, 2, 8, 1, 1],
    [7, 7, 0, 0, 0],
    [3, 2, 6, 3, 0],
    [2, 5, 3, 2, 2],
    [6, 5, 2, 1, 0],
    [0, 2, 2, 3, 7],
  ];
  const units = counts.map((row) => row.flatMap((count, c) => new Array<number>(count).fill(c)));
  const result = fleissKappa(units, 14);
  expect(result.kappa).toBeCloseTo(0.21, 3);
  expect(result.percentAgreement).toBeCloseTo(0.378, 3);
});

test("AC1 of the 4 × 12 table, with missing ratings, is R irrCAC's 0.77544", () => {
  const { ac1, percentAgreement, n } = gwetAc1(unitsOf("k2011-C-4x12-nominal"));
  expect(ac1).toBeCloseTo(0.77544, 5);
  expect(percentAgreement).toBeCloseTo(0.81818, 5);
  expect(n).toBe(11);
});

test("the 967 complete human rows: Fleiss' κ 0.8955, α 0.8956", () => {
  const units = unitsOf("sage-human-1000-as-missing");
  const fleiss = fleissKappa(units, 3);
  expect(fleiss).toMatchObject({ n: 967, incompleteUnits: 33, reason: null });
  expect(fleiss.kappa).toBeCloseTo(0.8955, 4);
  const complete = units.filter((unit) => !unit.includes(null));
  expect(krippendorffAlpha(complete).alpha).toBeCloseTo(0.8956, 4);
});

const tables = fc.array(fc.array(fc.integer({ min: 0, max: 2 }), { minLength: 3, maxLength: 3 }), {
  minLength: 2,
  maxLength: 12,
});

test("α is Fleiss' κ with the small-sample term: 1 − α = (1 − κ)(n − 1)/n for n complete ratings", () => {
  fc.assert(
    fc.property(tables, (units) => {
      const { kappa } = fleissKappa(units, 3);
      const { alpha, pairableValues: n } = krippendorffAlpha(units);
      if (kappa === null) expect(alpha).toBeNull();
      else expect(1 - alpha!).toBeCloseTo(((1 - kappa) * (n - 1)) / n, 10);
    }),
  );
});

test("κ is the same from either side, and 1 for a rater against itself where it varies", () => {
  fc.assert(
    fc.property(tables, (units) => {
      const kappa = (a: number, b: number) => cohensKappa(units, a, b).kappa;
      expect(kappa(0, 1)).toBe(kappa(1, 0));
      const varies = new Set(units.map(([first]) => first)).size > 1;
      expect(kappa(0, 0)).toBe(varies ? 1 : null);
    }),
  );
});

test("every two raters are compared over the units both rated", () => {
  const units: Unit[] = [
    ["Y", "Y", null],
    ["N", null, "Y"],
    ["N", "N", "N"],
  ];
  const compared = pairwiseAgreement(units, 3).map(({ raters, n, percentAgreement }) => [
    ...raters,
    n,
    percentAgreement,
  ]);
  expect(compared).toEqual([
    [0, 1, 2, 1],
    [0, 2, 2, 0.5],
    [1, 2, 1, 1],
  ]);
});

test("what is undefined is null, with the plain share and the reason", () => {
  const alike = [
    ["Y", "Y"],
    ["Y", "Y"],
  ];
  expect(cohensKappa(alike, 0, 1)).toMatchObject({
    kappa: null,
    percentAgreement: 1,
    reason: 'both rated all 2 units "Y": without variation κ is undefined',
  });
  expect(cohensKappa([["Y", null]], 0, 1)).toMatchObject({
    kappa: null,
    percentAgreement: null,
    reason: "no unit was rated by both",
  });
  expect(fleissKappa(alike, 2)).toMatchObject({
    kappa: null,
    percentAgreement: 1,
    reason: 'all 4 ratings are "Y": without variation κ is undefined',
  });
  expect(fleissKappa([["Y", null]], 2).reason).toBe("no unit has all ratings");
  expect(fleissKappa([["Y"]], 1).reason).toBe("agreement needs at least 2 raters");
  expect(gwetAc1(alike)).toMatchObject({
    ac1: null,
    percentAgreement: 1,
    reason: 'all ratings are "Y": without a second category AC1 is undefined',
  });
  expect(gwetAc1([["Y"]])).toMatchObject({ ac1: null, reason: "no unit has two ratings" });
});
