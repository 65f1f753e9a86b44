import fc from "fast-check";
import { expect, test } from "vitest";
import golden from "../../../tests/fixtures/golden/ppo.json";
import { NO_SCORES, type RunningMoments, scaleScores, updateMoments } from "./score-scaling";

const scaling = { useScoreScaling: true, useScoreNorm: false, scoreClip: null };
const unit = golden.unit_score_scaling;

test.each([
  ["batches of four", unit.batches, unit.out],
  ["batches of one", unit.batch1, unit.batch1_out],
] as const)("agrees with the reference on %s", (_, batches, expected) => {
  let moments = NO_SCORES;
  batches.forEach((scores, i) => {
    moments = updateMoments(moments, scores);
    const { mean, var: variance, count, std, scaled, scaled_norm } = expected[i]!;
    expect([moments.mean, moments.variance, moments.count]).toBeAllClose([mean, variance, count]);
    if (moments.std === null) expect(std).toBe("inf");
    else expect([moments.std]).toBeAllClose([Number(std)]);
    expect(scaleScores(scores, moments, scaling)).toBeAllClose(scaled);
    expect(scaleScores(scores, moments, { ...scaling, useScoreNorm: true })).toBeAllClose(
      scaled_norm,
    );
  });
});

test("how scores are split into batches does not matter", () => {
  const scores = fc.array(fc.integer({ min: -9, max: 9 }), { minLength: 2, maxLength: 30 });
  fc.assert(
    fc.property(scores, fc.nat(), (all, at) => {
      const cut = 1 + (at % (all.length - 1));
      const whole = updateMoments(NO_SCORES, all);
      const parts = updateMoments(updateMoments(NO_SCORES, all.slice(0, cut)), all.slice(cut));
      const numbers = ({ mean, std, count }: RunningMoments) => [mean, std ?? -1, count];
      expect(numbers(parts)).toBeAllClose(numbers(whole));
    }),
  );
});

test("clips after scaling, and leaves scores alone where neither is asked for", () => {
  const moments = updateMoments(NO_SCORES, [0, 2]);
  const off = { useScoreScaling: false, useScoreNorm: false, scoreClip: null };
  expect(scaleScores([0, 2], moments, off)).toEqual([0, 2]);
  expect(scaleScores([-9, 2], moments, { ...off, scoreClip: 0.5 })).toEqual([-0.5, 0.5]);
});

test("refuses an empty batch", () => {
  expect(() => updateMoments(NO_SCORES, [])).toThrow("no scores to take in");
});
