import fc from "fast-check";
import { expect, test } from "vitest";
import golden from "../../../tests/fixtures/golden/group_rl.json";
import {
  gdpoAdvantages,
  groupAdvantages,
  leaveOneOutAdvantages,
  normaliseOverBatch,
  penalisedRewards,
  REWARD_SCALES,
} from "./advantage";

const { grpo, rloo, gdpo_normalize_then_sum: gdpo } = golden;

/** Whole groups of rewards, with their size. */
const grouped = fc
  .tuple(fc.integer({ min: 2, max: 5 }), fc.integer({ min: 1, max: 4 }))
  .chain(([size, groups]) => {
    const reward = fc.double({ min: -10, max: 10, noNaN: true });
    const length = size * groups;
    return fc.record({
      size: fc.constant(size),
      rewards: fc.array(reward, { minLength: length, maxLength: length }),
    });
  });

test.each(REWARD_SCALES)("GRPO's advantages agree with the reference for scale %s", (scale) => {
  const actual = groupAdvantages(grpo.rewards, grpo.num_generations, scale);
  expect(actual).toBeAllClose(grpo.advantages[scale]);
});

test("RLOO's rewards and advantages agree with the reference", () => {
  const paid = penalisedRewards(grpo.rewards, rloo.kl, rloo.beta);
  const advantages = leaveOneOutAdvantages(paid, grpo.num_generations);
  expect(paid).toBeAllClose(rloo.rewards_with_kl);
  expect(advantages).toBeAllClose(rloo.advantages);
  expect(normaliseOverBatch(advantages)).toBeAllClose(rloo.advantages_normalized);
});

test("GDPO's advantages agree with the reference", () => {
  const rewards = [gdpo.rewards_1.flat(), gdpo.rewards_2.flat()];
  expect(gdpoAdvantages(rewards, gdpo.weights, 4)).toBeAllClose(gdpo.advantages);
});

test("by hand: rewards 1 and 3 have mean 2 and unbiased deviation √2", () => {
  const a = 1 / (Math.SQRT2 + 1e-4);
  expect(groupAdvantages([1, 3], 2, "group")).toBeAllClose([-a, a], { rtol: 1e-12 });
  expect(groupAdvantages([1, 3], 2, "none")).toBeAllClose([-1, 1], { rtol: 1e-12 });
  expect(leaveOneOutAdvantages([1, 3], 2)).toBeAllClose([-2, 2], { rtol: 1e-12 });
});

test("leave-one-out is G/(G − 1) times the centred reward", () => {
  fc.assert(
    fc.property(grouped, ({ size, rewards }) => {
      const centred = groupAdvantages(rewards, size, "none");
      const expected = centred.map((x) => (x * size) / (size - 1));
      expect(leaveOneOutAdvantages(rewards, size)).toBeAllClose(expected, { atol: 1e-12 });
    }),
  );
});

test("every group's advantages sum to 0, whatever the scale", () => {
  fc.assert(
    fc.property(grouped, fc.constantFrom(...REWARD_SCALES), ({ size, rewards }, scale) => {
      const advantages = groupAdvantages(rewards, size, scale);
      for (let start = 0; start < rewards.length; start += size) {
        const sum = advantages.slice(start, start + size).reduce((a, b) => a + b, 0);
        expect(sum).toBeCloseTo(0, 8);
      }
    }),
  );
});

test("a group of equal rewards teaches nothing", () => {
  for (const scale of REWARD_SCALES) {
    const advantages = groupAdvantages([0.1, 0.1, 0.1, 0, 1, 2], 3, scale);
    expect(advantages.slice(0, 3)).toBeAllClose([0, 0, 0], { atol: 1e-12 });
  }
});

test("in GDPO a reward a thousand times larger weighs no more", () => {
  const first = [0, 1, 0, 1];
  const second = [3, 1, 2, 0];
  const scaled = second.map((reward) => 1000 * reward);
  const expected = gdpoAdvantages([first, second], [1, 1], 4);
  expect(gdpoAdvantages([first, scaled], [1, 1], 4)).toBeAllClose(expected, { atol: 1e-3 });
});

test("the inputs are left as they were", () => {
  const rewards = Float64Array.of(1, 2, 3, 5);
  groupAdvantages(rewards, 2, "group");
  leaveOneOutAdvantages(rewards, 2);
  expect([...rewards]).toEqual([1, 2, 3, 5]);
});

test.each([
  [[1, 2, 3], 2, "3 rewards do not make whole groups of 2"],
  [[], 2, "0 rewards do not make whole groups of 2"],
  [[1, 2], 1, "a group needs 2 answers or more, got 1"],
  [[1, 2, 3], 1.5, "a group needs 2 answers or more, got 1.5"],
  [[1, NaN], 2, "reward 1 must be finite, got NaN"],
])("refuses rewards %j in groups of %d", (rewards, size, message) => {
  expect(() => groupAdvantages(rewards, size, "group")).toThrow(new RangeError(message));
  expect(() => leaveOneOutAdvantages(rewards, size)).toThrow(new RangeError(message));
});

test("refuses lengths that differ, a negative beta and what has no deviation", () => {
  expect(() => penalisedRewards([1, 2], [1], 0.1)).toThrow("rewards [2] and kl [1] differ");
  expect(() => penalisedRewards([1], [1], -1)).toThrow("beta must be 0 or more, got -1");
  expect(() => normaliseOverBatch([1])).toThrow("a deviation needs 2 numbers or more, got 1");
  expect(() => normaliseOverBatch([1, Infinity])).toThrow("a deviation needs finite numbers");
  expect(() => gdpoAdvantages([], [], 2)).toThrow("GDPO needs one reward or more, got none");
  expect(() => gdpoAdvantages([[1, 2]], [1, 2], 2)).toThrow("1 rewards need as many weights");
  expect(() => gdpoAdvantages([[1, 2], [1]], [1, 2], 2)).toThrow("reward 1 has 1 answers");
});

test("groups of different sizes are each compared within themselves", () => {
  const rewards = [0.1, 0.5, 0.9, 0.2, 0.8];
  const [first, second] = [rewards.slice(0, 3), rewards.slice(3)];
  for (const advantages of [
    (x: number[], sizes: number | number[]) => groupAdvantages(x, sizes, "group"),
    leaveOneOutAdvantages,
  ]) {
    expect([...advantages(rewards, [3, 2])]).toEqual([
      ...advantages(first, 3),
      ...advantages(second, 2),
    ]);
  }
  expect(() => groupAdvantages(rewards, [3, 1], "group")).toThrow("2 answers or more, got 1");
  expect(() => groupAdvantages(rewards, [3, 3], "none")).toThrow(
    "do not make whole groups of 3, 3",
  );
});
