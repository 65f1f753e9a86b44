import { describe, expect, test } from "vitest";
import golden from "../../../tests/fixtures/golden/group_rl.json";
import {
  GROUP_LOSS_DEFAULTS,
  GROUP_LOSSES,
  type GroupBatch,
  groupLoss,
  type GroupLossConfig,
  RATIO_LEVELS,
  rlooLoss,
} from "./loss";

const { grpo, rloo } = golden;
const TIGHT = { rtol: 1e-5, atol: 1e-7 };

const batch = (scale: "group" | "none"): GroupBatch => ({
  logProbs: grpo.logps,
  oldLogProbs: grpo.old_logps,
  referenceLogProbs: grpo.ref_logps,
  mask: grpo.mask,
  advantages: grpo.advantages[scale],
});
const config = (settings: Partial<GroupLossConfig>): GroupLossConfig => ({
  ...GROUP_LOSS_DEFAULTS,
  maxCompletionLength: grpo.max_completion_length,
  ...settings,
});

describe.each(["grpo", "bnpo", "dapo", "dr_grpo"] as const)("%s", (type) => {
  test.each(RATIO_LEVELS)("agrees with the reference at level %s", (level) => {
    for (const [beta, written] of [[0, "0.0"] as const, [0.04, "0.04"] as const]) {
      for (const scale of ["group", "none"] as const) {
        const expected = grpo.losses[`${type}|${level}|beta${written}|${scale}`];
        const actual = groupLoss(batch(scale), config({ type, level, beta }));
        expect([actual]).toBeAllClose([expected], TIGHT);
      }
    }
  });
});

test.each([
  ["cispo_ehi5", { type: "cispo", epsilonHigh: 5 }],
  ["dapo_cliphigher", { type: "dapo", epsilonHigh: 0.28 }],
  ["two_sided_delta15", { type: "grpo", delta: 1.5 }],
] as const)("agrees with the reference on %s", (key, settings) => {
  expect([groupLoss(batch("group"), config(settings))]).toBeAllClose([grpo[key]], TIGHT);
});

test("RLOO's loss agrees with the reference", () => {
  const advantages = rloo.advantages;
  expect([rlooLoss({ ...batch("group"), advantages })]).toBeAllClose([rloo.loss], TIGHT);
});

/** One token whose ratio is 2, or ½. */
const one = (ratio: number, advantage: number): GroupBatch => ({
  logProbs: [[Math.log(ratio)]],
  oldLogProbs: [[0]],
  referenceLogProbs: null,
  mask: [[1]],
  advantages: [advantage],
});

test.each([
  { ratio: 2, advantage: 1, delta: null, loss: -1.3, why: "clipped from above" },
  { ratio: 2, advantage: -1, delta: null, loss: 2, why: "a bad answer is not" },
  { ratio: 2, advantage: -1, delta: 1.5, loss: 1.5, why: "unless two-sided" },
  { ratio: 0.5, advantage: -1, delta: null, loss: 0.8, why: "clipped from below" },
  { ratio: 0.5, advantage: 1, delta: null, loss: -0.5, why: "a good answer is not" },
])("by hand, ρ = $ratio and A = $advantage: $why", ({ ratio, advantage, delta, loss }) => {
  const settings = config({ epsilonLow: 0.2, epsilonHigh: 0.3, delta });
  expect(groupLoss(one(ratio, advantage), settings)).toBeCloseTo(loss, 12);
});

test("cispo caps the ratio itself and keeps the token's log-probability", () => {
  const settings = config({ type: "cispo", epsilonHigh: 1.5 });
  expect(groupLoss(one(2, 3), settings)).toBeCloseTo(-1.5 * 3 * Math.log(2), 12);
});

test("before the first update every ratio is 1, and a mean of −A is paid", () => {
  const same: GroupBatch = {
    ...batch("none"),
    oldLogProbs: grpo.logps,
    advantages: Array(8).fill(2),
  };
  for (const type of ["grpo", "bnpo", "dapo"] as const) {
    expect(groupLoss(same, config({ type }))).toBeCloseTo(-2, 12);
  }
});

test("dapo divides by the tokens of the whole step, so that parts add up to it", () => {
  const whole = batch("group");
  const rows = (part: GroupBatch, from: number, to: number): GroupBatch => ({
    logProbs: part.logProbs.slice(from, to),
    oldLogProbs: part.oldLogProbs.slice(from, to),
    referenceLogProbs: null,
    mask: part.mask.slice(from, to),
    advantages: Array.from(part.advantages).slice(from, to),
  });
  const stepTokens = grpo.mask.flat().reduce((a, b) => a + b, 0);
  const parts = [rows(whole, 0, 3), rows(whole, 3, 8)];
  const loss = (type: "dapo" | "bnpo") =>
    parts.reduce((sum, part) => sum + groupLoss(part, config({ type, stepTokens })), 0);
  expect(loss("dapo")).toBeCloseTo(groupLoss(whole, config({ type: "dapo" })), 12);
  expect(loss("bnpo")).not.toBeCloseTo(groupLoss(whole, config({ type: "bnpo" })), 3);
});

test("padding may hold anything, and an answer all masked counts with loss 0", () => {
  const padded: GroupBatch = {
    logProbs: [
      [-1, NaN],
      [NaN, NaN],
    ],
    oldLogProbs: [
      [-1, NaN],
      [NaN, NaN],
    ],
    referenceLogProbs: [
      [-1, NaN],
      [NaN, NaN],
    ],
    mask: [
      [1, 0],
      [0, 0],
    ],
    advantages: [3, 5],
  };
  for (const level of RATIO_LEVELS) {
    expect(groupLoss(padded, config({ type: "grpo", level, beta: 0.1 }))).toBeCloseTo(-1.5, 12);
    expect(groupLoss(padded, config({ type: "bnpo", level, beta: 0.1 }))).toBeCloseTo(-3, 12);
  }
});

test.each(GROUP_LOSSES)("%s refuses a batch in which no token counts", (type) => {
  expect(() => groupLoss({ ...one(1, 1), mask: [[0]] }, config({ type }))).toThrow(
    new RangeError("no token of the batch counts; leave the batch out"),
  );
});

test.each([
  [{ beta: -1 }, "beta must be 0 or more, got -1"],
  [{ epsilonLow: NaN }, "epsilonLow must be 0 or more, got NaN"],
  [{ delta: 0 }, "delta must be above 0, got 0"],
  [{ maxCompletionLength: 0 }, "maxCompletionLength must be above 0, got 0"],
  [{ stepTokens: 0 }, "stepTokens must be above 0, got 0"],
  [{ beta: 0.1 }, "beta 0.1 needs the reference's log-probabilities; give them or beta 0"],
])("refuses %j", (settings, message) => {
  expect(() => groupLoss(one(1, 1), config(settings))).toThrow(new RangeError(message));
});

test("refuses shapes that differ", () => {
  const token = one(1, 1);
  expect(() => groupLoss({ ...token, oldLogProbs: [[0, 0]] }, config({}))).toThrow(
    "answer 0: old log-probabilities [2] and mask [1] differ in length",
  );
  expect(() => groupLoss({ ...token, advantages: [] }, config({}))).toThrow(
    "1 answers need as many advantages, got 0",
  );
  expect(() => rlooLoss({ ...token, advantages: [1, 2] })).toThrow(RangeError);
  const none = { logProbs: [], oldLogProbs: [], mask: [], advantages: [] };
  expect(() => rlooLoss(none)).toThrow("a batch of no answers has no loss");
});
