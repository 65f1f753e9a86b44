import * as v from "valibot";
import { expect, test } from "vitest";
import golden from "../../../tests/fixtures/golden/ppo.json";
import { PpoConfig } from "./config";
import { pack, responseLayout } from "./layout";
import { averageUpdates, batchStatistics, nothingTrained, updateStatistics } from "./statistics";

const unit = golden.unit_loss;
const masked = (x: number[][]) =>
  Float32Array.from(x.flat().filter((_, i) => unit.mask.flat()[i] === 1));

test.each([
  ["normal", unit.normal, {}],
  ["narrower clipping", unit.cliprange_01_02, { clipRange: 0.1, clipRangeValue: 0.05 }],
] as const)("an update's statistics agree with the reference: %s", (_, { stats }, settings) => {
  const actual = updateStatistics(
    {
      oldLogProbs: masked(unit.old_logprobs),
      values: masked(unit.values),
      advantages: masked(unit.advantages),
      returns: masked(unit.returns),
      logProbs: masked(unit.logprobs),
      predictions: masked(unit.vpreds),
      entropy: Float32Array.of(stats["policy/entropy"]), // of logits, which the engine sees
    },
    { policy: stats["loss/policy"], value: stats["loss/value"] },
    v.parse(PpoConfig, settings),
  );
  const { avg_ratio, ...named } = stats;
  for (const [name, expected] of Object.entries(named)) {
    expect([actual[`ppo/${name as keyof typeof named}`]], name).toBeAllClose([expected]);
  }
  expect([actual["ppo/policy/ratio"]]).toBeAllClose([avg_ratio]);
});

test("a batch's statistics agree with the reference", () => {
  const { queries, responses, scores, kl, logprobs, stats } = golden.batch4_mb2_lora;
  const rollouts = queries.map((query, i) => ({ query, response: responses[i]! }));
  const layout = responseLayout(rollouts);
  const packed = (x: number[][]) => pack(Float32Array.from(x.flat()), layout);
  const batch = { kl: packed(kl), logProbs: packed(logprobs) };
  const actual = batchStatistics(rollouts, layout, batch, scores, stats["objective/kl_coef"]);

  expect(actual["objective/kl_dist"]).toBeAllClose(stats["objective/kl_dist"]);
  const names = [
    "objective/kl",
    "objective/entropy",
    "ppo/mean_non_score_reward",
    "ppo/mean_scores",
    "ppo/std_scores",
  ] as const;
  expect(names.map((name) => actual[name]!)).toBeAllClose(names.map((name) => stats[name]));
});

test("the deviation of a single score is null, where TRL logs NaN", () => {
  const rollouts = [{ query: [1], response: [2, 3] }];
  const batch = { kl: new Float32Array(2), logProbs: new Float32Array(2) };
  const actual = batchStatistics(rollouts, responseLayout(rollouts), batch, [0.7], 0.2);
  expect(actual["ppo/std_scores"]).toBeNull();
  expect(actual["ppo/mean_scores"]).toBe(0.7);
});

test("returns without variance leave nothing to explain", () => {
  const still = new Float32Array(2);
  const update = updateStatistics(
    {
      oldLogProbs: still,
      values: still,
      advantages: still,
      returns: still,
      logProbs: still,
      predictions: still,
      entropy: still,
    },
    { policy: 0, value: 0 },
    v.parse(PpoConfig, {}),
  );
  expect(averageUpdates([update])["ppo/val/var_explained"]).toBeNull();
});

test("a batch nothing was learned from says why", () => {
  expect(nothingTrained("too short", 3, 0.2, 1e-5)).toMatchObject({
    reason: "too short",
    skippedResponses: 3,
    "objective/kl": null,
    "objective/kl_coef": 0.2,
  });
});
