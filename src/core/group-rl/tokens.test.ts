import fc from "fast-check";
import { expect, test } from "vitest";
import golden from "../../../tests/fixtures/golden/group_rl.json";
import { countTokens, k3, sequenceKl, sequenceLogProbs } from "./tokens";

const { grpo, rloo } = golden;

test("k3 agrees with the reference at every token", () => {
  const actual = grpo.logps.flatMap((row, b) => row.map((x, t) => k3(x, grpo.ref_logps[b]![t]!)));
  expect(actual).toBeAllClose(grpo.kl_k3.flat());
});

test("k3 is 0 where both agree and never negative, near 0 too", () => {
  const logProb = fc.double({ min: -20, max: 0, noNaN: true });
  fc.assert(
    fc.property(logProb, logProb, (a, b) => {
      expect(k3(a, a)).toBe(0);
      expect(k3(a, b)).toBeGreaterThanOrEqual(0);
      expect(k3(a, a + 1e-7)).toBeGreaterThanOrEqual(-1e-20);
    }),
  );
});

test("the mean of k3 over the policy's tokens is the divergence itself", () => {
  const [p, q] = [
    [0.5, 0.3, 0.2],
    [0.2, 0.2, 0.6],
  ] as const;
  const mean = p.reduce((sum, x, i) => sum + x * k3(Math.log(x), Math.log(q[i]!)), 0);
  const divergence = p.reduce((sum, x, i) => sum + x * Math.log(x / q[i]!), 0);
  expect(mean).toBeCloseTo(divergence, 12);
});

test("the distance of whole answers agrees with the reference", () => {
  expect(sequenceKl(grpo.old_logps, grpo.ref_logps, grpo.mask)).toBeAllClose(rloo.kl);
});

test("padding may hold anything", () => {
  expect([...sequenceLogProbs([[-1, NaN, -2]], [[1, 0, 1]])]).toEqual([-3]);
  expect(countTokens([1, 0, 1])).toBe(2);
});

test("refuses shapes that differ", () => {
  expect(() => sequenceLogProbs([[1]], [])).toThrow(
    "log-probabilities of 1 answers, but a mask of 0",
  );
  expect(() => sequenceLogProbs([[1], [1, 2]], [[1], [1]])).toThrow(
    "answer 1: log-probabilities [2] and mask [1] differ in length",
  );
});
