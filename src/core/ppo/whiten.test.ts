import fc from "fast-check";
import { expect, test } from "vitest";
import golden from "../../../tests/fixtures/golden/ppo.json";
import { maskedMean, maskedVariance, maskedWhiten } from "./whiten";

const unit = golden.unit_whiten;
const [x, mask] = [unit.x.flat(), unit.mask.flat()];

test("agrees with the reference", () => {
  expect([maskedMean(x, mask), maskedVariance(x, mask)]).toBeAllClose([unit.mean, unit.var]);
  expect(maskedWhiten(x, mask)).toBeAllClose(unit.whiten.flat());
  expect(maskedWhiten(x, mask, { shiftMean: false })).toBeAllClose(unit.whiten_noshift.flat());
});

test("what it whitens has mean 0 and variance 1", () => {
  const numbers = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: 2, maxLength: 40 });
  fc.assert(
    fc.property(numbers, (values) => {
      fc.pre(new Set(values).size > 1);
      const all = values.map(() => 1);
      const white = maskedWhiten(values, all);
      expect([maskedMean(white, all), maskedVariance(white, all)]).toBeAllClose([0, 1], {
        atol: 1e-5,
      });
    }),
  );
});

test("equal entries become 0, not NaN", () => {
  expect([...maskedWhiten([3, 3, 3], [1, 1, 1])]).toEqual([0, 0, 0]);
});

test("refuses a single entry, which TRL would train on as NaN", () => {
  const { x: one, mask: counts } = unit.one_token;
  expect(() => maskedWhiten(one.flat(), counts.flat())).toThrow(
    "2 or more entries must count, got 1; leave the response out",
  );
});

test("refuses a mask of another length", () => {
  expect(() => maskedMean([1, 2], [1])).toThrow("x [2] and mask [1] differ in length");
});
