import fc from "fast-check";
import { expect, test } from "vitest";
import golden from "../../../tests/fixtures/golden/ppo.json";
import { nextKlCoefficient } from "./kl-controller";

const adaptive = { adaptiveKl: true, klTarget: 6, klHorizon: 10_000 };

test("agrees with the reference", () => {
  const unit = golden.unit_adaptive_kl;
  const config = { adaptiveKl: true, klTarget: unit.target, klHorizon: unit.horizon };
  let coefficient = unit.init;
  const actual = unit.kl.map(
    (kl) => (coefficient = nextKlCoefficient(coefficient, kl, unit.n_steps, config)),
  );
  expect(actual).toBeAllClose(unit.values_after, { rtol: 1e-12, atol: 0 });
});

test("too far raises it, too near lowers it, on target keeps it", () => {
  const kls = fc.float({ min: -20, max: 50, noNaN: true });
  fc.assert(
    fc.property(kls, (kl) => {
      expect(Math.sign(nextKlCoefficient(0.2, kl, 64, adaptive) - 0.2)).toBe(Math.sign(kl - 6));
    }),
  );
});

test("a horizon shorter than the batch makes it small, never 0 or negative", () => {
  for (const klHorizon of [0.5, 1, 2]) {
    let coefficient = 0.2;
    for (let batch = 0; batch < 3; batch++) {
      const next = nextKlCoefficient(coefficient, 0, 10, { ...adaptive, klHorizon });
      expect(next).toBeGreaterThan(0);
      expect(next).toBeLessThan(coefficient);
      coefficient = next;
    }
  }
});

test("fixed means fixed", () => {
  expect(nextKlCoefficient(0.2, 50, 64, { ...adaptive, adaptiveKl: false })).toBe(0.2);
});

test("refuses a KL that is not finite", () => {
  expect(() => nextKlCoefficient(0.2, Number.NaN, 1, adaptive)).toThrow("must be finite, got NaN");
});
