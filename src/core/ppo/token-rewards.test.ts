import { expect, test } from "vitest";
import golden from "../../../tests/fixtures/golden/ppo.json";
import { tokenKl, tokenRewards } from "./token-rewards";

const cases = {
  kl: golden.batch4_mb2_lora,
  abs: golden.batch4_kl_abs,
  mse: golden.batch4_kl_mse,
} as const;

test.each(["kl", "abs", "mse"] as const)("the %s penalty agrees with the reference", (penalty) => {
  const { logprobs, ref_logprobs, kl } = cases[penalty];
  const [policy, reference] = [logprobs, ref_logprobs].map((x) => Float32Array.from(x.flat()));
  expect(tokenKl(policy!, reference!, penalty)).toBeAllClose(kl.flat());
});

test("the score lands on the last token of each response", () => {
  const { kl, rewards, mask, scores, config } = golden.batch4_mb2_lora;
  kl.forEach((row, i) => {
    const responseOnly = (x: number[]) => x.filter((_, t) => mask[i]![t]);
    const actual = tokenRewards(
      Float32Array.from(responseOnly(row)),
      scores[i]!,
      config.init_kl_coef,
    );
    expect(actual).toBeAllClose(responseOnly(rewards[i]!));
  });
});

test("refuses an empty response and a score that is not finite", () => {
  expect(() => tokenRewards(new Float32Array(0), 1, 0.2)).toThrow("an empty response");
  expect(() => tokenRewards(new Float32Array(2), Number.NaN, 0.2)).toThrow(
    "a score must be finite, got NaN",
  );
});

test("refuses log-probabilities of different lengths", () => {
  expect(() => tokenKl(new Float32Array(2), new Float32Array(1), "kl")).toThrow(
    "policy [2] and reference [1] differ in length",
  );
});
