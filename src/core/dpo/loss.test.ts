import fc from "fast-check";
import { expect, test } from "vitest";
import golden from "../../../tests/fixtures/golden/group_rl.json";
import { type DpoLoss, dpoLosses, implicitRewards, type PreferencePairs } from "./loss";

const { dpo } = golden;
const pairs: PreferencePairs = {
  policyChosen: dpo.policy_chosen,
  policyRejected: dpo.policy_rejected,
  referenceChosen: dpo.ref_chosen,
  referenceRejected: dpo.ref_rejected,
};
const { beta } = dpo;

/** A pair whose h is this. */
const pair = (h: number): PreferencePairs => ({
  policyChosen: [h],
  policyRejected: [0],
  referenceChosen: [0],
  referenceRejected: [0],
});

test.each([
  ["sigmoid", { type: "sigmoid", beta }],
  ["sigmoid_ls01", { type: "sigmoid", beta, labelSmoothing: 0.1 }],
  ["hinge", { type: "hinge", beta }],
  ["ipo_on_these_sums", { type: "ipo", beta }],
] as const)("%s agrees with the reference", (key, loss) => {
  expect(dpoLosses(pairs, loss)).toBeAllClose(dpo[key]);
});

test("the implied rewards agree with the reference", () => {
  const { chosen, rejected, margins, accuracy } = implicitRewards(pairs, beta);
  expect(chosen).toBeAllClose(dpo.reward_chosen);
  expect(rejected).toBeAllClose(dpo.reward_rejected);
  expect(margins).toBeAllClose(dpo.margin);
  expect(accuracy).toBeCloseTo(dpo.accuracy, 6);
});

test.each([
  [{ type: "sigmoid", beta: 0.5 }, Math.LN2],
  [{ type: "hinge", beta: 0.5 }, 1],
  [{ type: "ipo", beta: 0.5 }, 1],
] as const)("a policy that is its reference pays %j %d a pair", (loss, expected) => {
  expect(dpoLosses(pair(0), loss)[0]).toBeCloseTo(expected, 12);
});

test("preferring the chosen more never costs more, but past IPO's target", () => {
  const h = fc.double({ min: -1e4, max: 1e4, noNaN: true });
  fc.assert(
    fc.property(h, h, (a, b) => {
      const [low, high] = [Math.min(a, b), Math.max(a, b)];
      for (const type of ["sigmoid", "hinge"] as const) {
        const loss: DpoLoss = { type, beta: 0.1 };
        const costs = [low, high].map((x) => dpoLosses(pair(x), loss)[0]!);
        expect(costs.every(Number.isFinite)).toBe(true);
        expect(costs[1]).toBeLessThanOrEqual(costs[0]!);
      }
      expect(dpoLosses(pair(5 + a), { type: "ipo", beta: 0.1 })).toBeAllClose([a * a]); // 1/(2β) = 5
    }),
  );
});

test("an even pair is not counted as accurate", () => {
  expect(implicitRewards(pair(0), 0.1).accuracy).toBe(0);
  expect(implicitRewards(pair(1), 0.1).accuracy).toBe(1);
});

test.each([
  [{ type: "sigmoid", beta: 0 }, "beta must be above 0, got 0"],
  [{ type: "ipo", beta: NaN }, "beta must be above 0, got NaN"],
  [
    { type: "sigmoid", beta: 0.1, labelSmoothing: 0.5 },
    "labelSmoothing must lie in [0, 0.5), got 0.5",
  ],
] as const)("refuses %j", (loss, message) => {
  expect(() => dpoLosses(pairs, loss)).toThrow(new RangeError(message));
});

test("refuses lengths that differ, and an accuracy of no pairs", () => {
  expect(() => dpoLosses({ ...pairs, referenceChosen: [1] }, { type: "ipo", beta })).toThrow(
    "referenceChosen [1] and policyChosen [5] differ in length",
  );
  const none = { policyChosen: [], policyRejected: [], referenceChosen: [], referenceRejected: [] };
  expect(() => implicitRewards(none, beta)).toThrow("accuracy needs one pair or more, got none");
});
