import fc from "fast-check";
import { expect, test } from "vitest";
import golden from "../../../tests/fixtures/golden/ppo.json";
import { generalisedAdvantages } from "./advantage";

test.each(["batch1_lora_lr1e-5", "batch4_mb2_lora", "batch4_gamma99_lam9"] as const)(
  "agrees with the reference on %s",
  (name) => {
    const { rewards, values, mask, advantages_raw, config } = golden[name];
    rewards.forEach((row, i) => {
      const masked = Float32Array.from(row, (r, t) => r * mask[i]![t]!);
      const actual = generalisedAdvantages(masked, Float32Array.from(values[i]!), {
        gamma: config.gamma,
        lambda: config.lam,
      });
      expect(actual).toBeAllClose(advantages_raw[i]!);
    });
  },
);

test("with γ = λ = 1 it is the return to go less the value", () => {
  const reals = fc.array(fc.float({ min: -10, max: 10, noNaN: true }), {
    minLength: 1,
    maxLength: 50,
  });
  fc.assert(
    fc.property(reals, (rewards) => {
      const values = Float32Array.from(rewards, (_, t) => t / 10);
      const toGo = rewards.map((_, t) => rewards.slice(t).reduce((a, b) => a + b, 0) - values[t]!);
      expect(
        generalisedAdvantages(Float32Array.from(rewards), values, { gamma: 1, lambda: 1 }),
      ).toBeAllClose(toGo, { rtol: 1e-4, atol: 1e-4 });
    }),
  );
});

test.each([[-0.1], [1.1], [Number.NaN]])("refuses gamma = %s", (gamma) => {
  expect(() =>
    generalisedAdvantages(new Float32Array(1), new Float32Array(1), { gamma, lambda: 1 }),
  ).toThrow(RangeError);
});

test("refuses rewards and values of different lengths", () => {
  expect(() =>
    generalisedAdvantages(new Float32Array(2), new Float32Array(3), { gamma: 1, lambda: 1 }),
  ).toThrow("rewards [2] and values [3] differ in length");
});
