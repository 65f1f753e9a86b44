/** Whole PPO steps of ppo.json: from tokens and scores to the parameters after the last epoch. */
import * as tf from "@tensorflow/tfjs-core";
import { batchAdvantages } from "../../src/core/ppo/batch-advantages";
import { pack, packedRow, packedRows, responseLayout } from "../../src/core/ppo/layout";
import { tokenRewards } from "../../src/core/ppo/token-rewards";
import { type AttachedAdapter, importAdapter } from "../../src/engine/adapter/attach";
import { mergeAdapter } from "../../src/engine/adapter/merge";
import type { Gpt2 } from "../../src/engine/gpt2/model";
import type { Parameter } from "../../src/engine/optimiser/gradients";
import { miniBatchPass } from "../../src/engine/ppo/mini-batch";
import {
  pretrainedReference,
  type ReferenceModel,
  startReference,
} from "../../src/engine/training/reference";
import { scoreRollouts } from "../../src/engine/ppo/rollout";
import { PpoTrainer } from "../../src/engine/ppo/trainer";
import type { ValueHeadWeights } from "../../src/engine/ppo/value-head";
import { type CaseResult, compare, flatten, type FolderReader, type Nested } from "./case";
import { loadGoldenModel, readGoldenAdapter } from "./gpt2-cases";
import {
  configOf,
  GRADIENT,
  LOG_PROBS,
  type Matrix,
  type PpoCase,
  rolloutsOf,
  stepsOf,
} from "./ppo-golden";
import { learningCases } from "./ppo-learning-cases";

/** Beside float64 arithmetic on differences of log-probabilities of up to 20 nats. */
const TOKEN = { rtol: 1e-4, atol: 1e-4 };

export async function* ppoCases(dir: FolderReader): AsyncGenerator<CaseResult> {
  const golden = JSON.parse(await dir.text("ppo.json")) as Record<string, unknown>;
  const head = golden["vhead"] as Record<string, Nested> | undefined;
  if (head === undefined) throw new RangeError("ppo.json has no vhead");
  const valueHead = {
    weight: Float32Array.from(flatten(head["v_head.summary.weight"]!)),
    bias: Float32Array.from(flatten(head["v_head.summary.bias"]!)),
  };
  const file = await readGoldenAdapter(dir);
  for (const [name, step] of stepsOf(golden)) {
    const model = await loadGoldenModel(dir);
    const adapter = importAdapter(model, file);
    try {
      const f64 = golden[`${name}_f64_losses`] as number[] | undefined;
      yield* stepCases(`ppo ${name}`, step, f64 ?? null, policyOf(step, model, adapter, valueHead));
    } finally {
      adapter.dispose();
      model.dispose();
    }
  }
}

interface Policy {
  readonly model: Gpt2;
  readonly parameters: readonly Parameter[];
  readonly trainer: PpoTrainer;
  readonly reference: ReferenceModel;
}

/**
 * lora: the adapter trains, the reference is the model without it. full: every base weight trains from where the adapter
 * is merged in, the reference is the model from before.
 */
function policyOf(
  step: PpoCase,
  model: Gpt2,
  adapter: AttachedAdapter,
  valueHead: ValueHeadWeights,
): Policy {
  const options = { config: configOf(step), seed: 0, valueHead };
  if (step.kind === "lora") {
    model.adapter = adapter;
    const parameters = adapter.variables();
    const trainer = new PpoTrainer(model, parameters, { ...options, reference: "base" });
    return { model, parameters, trainer, reference: pretrainedReference(model) };
  }
  model.makeTrainable();
  const parameters = [...model.namedParameters()].map(([name, variable]) => ({ name, variable }));
  const reference = startReference(parameters);
  const trainer = new PpoTrainer(model, parameters, { ...options, reference: "start" });
  mergeAdapter(model, adapter);
  return { model, parameters, trainer, reference };
}

async function* stepCases(
  name: string,
  step: PpoCase,
  float64Losses: readonly number[] | null,
  policy: Policy,
): AsyncGenerator<CaseResult> {
  try {
    yield* beforeCases(name, step, policy);
    yield* learningCases(name, step, float64Losses, policy);
  } finally {
    policy.trainer.dispose();
    policy.reference.dispose();
    policy.model.adapter = null;
  }
}

/** What is computed before the first update, and the first gradient. */
async function* beforeCases(
  name: string,
  step: PpoCase,
  { model, parameters, trainer, reference }: Policy,
): AsyncGenerator<CaseResult> {
  const config = configOf(step);
  const rollouts = rolloutsOf(step);
  const layout = responseLayout(rollouts);
  const expected = (rows: Matrix) => pack(Float32Array.from(rows.flat()), layout);
  yield compare(`${name}: mask`, layout.mask, step.mask.flat(), { atol: 1e-9 });

  const head = trainer.valueHead;
  const scored = await scoreRollouts(model, head, reference, rollouts, {
    penalty: config.klPenalty,
  });
  yield compare(`${name}: logprobs`, scored.logProbs, expected(step.logprobs), LOG_PROBS);
  const referenceLogProbs = expected(step.ref_logprobs);
  yield compare(`${name}: ref_logprobs`, scored.referenceLogProbs, referenceLogProbs, LOG_PROBS);
  yield compare(`${name}: values`, scored.values, expected(step.values), TOKEN);
  yield compare(`${name}: kl`, scored.kl, expected(step.kl), TOKEN);

  const kls = rollouts.map((_, row) => packedRow(scored.kl, layout, row));
  const rewardsFor = (scores: readonly number[]) =>
    Float32Array.from(
      kls.flatMap((kl, row) => [...tokenRewards(kl, scores[row]!, config.initialKlCoefficient)]),
    );
  const rewards = rewardsFor(step.scores);
  const unpaid = rewardsFor(step.scores.map(() => 0));
  yield compare(`${name}: non_score_reward`, unpaid, expected(step.non_score_reward), TOKEN);
  yield compare(`${name}: rewards`, rewards, expected(step.rewards), TOKEN);

  const estimated = batchAdvantages(rewards, scored.values, layout, config);
  yield compare(`${name}: advantages_raw`, estimated.raw, expected(step.advantages_raw), TOKEN);
  yield compare(`${name}: advantages`, estimated.advantages, expected(step.advantages), TOKEN);
  yield compare(`${name}: returns`, estimated.returns, expected(step.returns), TOKEN);

  const [first] = step.minibatches;
  const rows = first!.minibatch;
  const part = (packed: Float32Array) => packedRows(packed, layout, rows);
  const { gradients, observed } = miniBatchPass(
    model,
    head,
    [...parameters, ...head.parameters()],
    rows.map((row) => rollouts[row]!),
    {
      oldLogProbs: part(scored.logProbs),
      values: part(scored.values),
      advantages: part(estimated.advantages),
      returns: part(estimated.returns),
    },
    config,
  );
  for (const [parameter, values] of Object.entries(step.first_grad)) {
    const gradient = gradients.get(parameter);
    if (gradient === undefined) throw new RangeError(`${name}: no gradient of ${parameter}`);
    const label = `${name}: first gradient of ${parameter}`;
    yield compare(label, await gradient.data(), flatten(values), GRADIENT);
  }
  tf.dispose([...gradients.values(), ...observed]);
}
