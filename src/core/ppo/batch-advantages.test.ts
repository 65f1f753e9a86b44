import { expect, test } from "vitest";
import golden from "../../../tests/fixtures/golden/ppo.json";
import { batchAdvantages } from "./batch-advantages";
import { pack, responseLayout } from "./layout";

const config = { gamma: 1, lambda: 0.95, whitenRewards: false };

test.each([
  "batch1_lora_lr1e-2",
  "batch4_mb2_lora",
  "batch4_gamma99_lam9",
  "batch4_whiten_rewards_clipnorm",
] as const)("agrees with the reference on %s", (name) => {
  const { queries, responses, rewards, values, config: c, ...expected } = golden[name];
  const layout = responseLayout(queries.map((query, i) => ({ query, response: responses[i]! })));
  const packed = (rows: number[][]) => pack(Float32Array.from(rows.flat()), layout);

  const actual = batchAdvantages(packed(rewards), packed(values), layout, {
    gamma: c.gamma,
    lambda: c.lam,
    whitenRewards: c.whiten_rewards,
  });
  const loose = { rtol: 1e-4, atol: 1e-5 };
  expect([...layout.mask]).toEqual(expected.mask.flat());
  expect(actual.raw).toBeAllClose(packed(expected.advantages_raw), loose);
  expect(actual.returns).toBeAllClose(packed(expected.returns), loose);
  expect(actual.advantages).toBeAllClose(packed(expected.advantages), loose);
});

test("in a batch of one, only the sign of a score survives whitening", () => {
  const { cases, mask } = golden.unit_batch1_reward_invariance;
  const length = mask.flat().filter(Boolean).length;
  const rollout = { query: [1, 2, 3], response: new Array<number>(length).fill(1) };
  const layout = responseLayout([rollout]);
  const advantagesOf = (score: number) => {
    const rewards = new Float32Array(length);
    rewards[length - 1] = score;
    return batchAdvantages(rewards, new Float32Array(length), layout, config).advantages;
  };
  for (const { score, advantages } of cases) {
    expect(advantagesOf(score)).toBeAllClose(pack(Float32Array.from(advantages.flat()), layout));
  }
  expect(advantagesOf(0.1)).toBeAllClose(advantagesOf(0.9), { rtol: 0, atol: 2e-4 });
});

test("refuses a batch of one token", () => {
  const layout = responseLayout([{ query: [1], response: [2] }]);
  expect(() => batchAdvantages(new Float32Array(1), new Float32Array(1), layout, config)).toThrow(
    "2 or more entries must count, got 1",
  );
});
