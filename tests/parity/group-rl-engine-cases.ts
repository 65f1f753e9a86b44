/**
 * RLOO, GRPO and DPO as the device computes them. The losses are held against the golden group_rl.json; it has no gradients,
 * so those are held against central differences of the core's losses in float64, which are held against the golden numbers
 * themselves, and through the model against the same passed on by the chain rule. Nothing where the folder lacks the file.
 */
import * as tf from "@tensorflow/tfjs-core";
import * as v from "valibot";
import { type DpoLoss, dpoLosses } from "../../src/core/dpo/loss";
import { groupAdvantages } from "../../src/core/group-rl/advantage";
import { GrpoConfig, RlooConfig, TRAINED_LOSSES } from "../../src/core/group-rl/config";
import { GROUP_LOSS_DEFAULTS, groupLoss, rlooLoss } from "../../src/core/group-rl/loss";
import { type GroupMethod, lossPlan, type LossPlan } from "../../src/core/group-rl/plan";
import { importAdapter } from "../../src/engine/adapter/attach";
import { dpoLoss } from "../../src/engine/dpo/loss";
import { dpoPart } from "../../src/engine/dpo/part";
import { groupPolicyLoss } from "../../src/engine/group-rl/loss";
import { groupPart } from "../../src/engine/group-rl/part";
import type { Gpt2 } from "../../src/engine/gpt2/model";
import type { Gradients, Parameter } from "../../src/engine/optimiser/gradients";
import { lossAndGradients } from "../../src/engine/training/backward";
import { scoreTokens } from "../../src/engine/training/log-probs";
import { poolOf } from "../../src/engine/training/pool";
import { pretrainedReference } from "../../src/engine/training/reference";
import { scoreResponses } from "../../src/engine/training/responses";
import type { Part } from "../../src/engine/training/update";
import { type CaseResult, compare, type FolderReader } from "./case";
import { loadGoldenModel, readGoldenAdapter } from "./gpt2-cases";
import { type GroupRl, parseLossKey } from "./group-rl-cases";
import { GRADIENT, rolloutsOf, stepsOf } from "./ppo-golden";

const LOSS = { rtol: 1e-5, atol: 1e-6 };
/** float32 beside central differences with h = 1e-5 in float64. */
const SLOPE = { rtol: 1e-4, atol: 1e-6 };

export async function* groupRlEngineCases(dir: FolderReader): AsyncGenerator<CaseResult> {
  if (!(await dir.has("group_rl.json"))) return;
  const golden = JSON.parse(await dir.text("group_rl.json")) as GroupRl;
  yield* grpoCases(golden);
  yield* rlooCases(golden);
  yield* dpoCases(golden);
  yield* modelCases(dir);
}

interface Packed {
  readonly logProbs: readonly number[];
  readonly old: readonly number[];
  readonly reference: readonly number[];
  readonly lengths: readonly number[];
}

function packed({ logps, old_logps, ref_logps, mask }: GroupRl["grpo"]): Packed {
  const pack = (rows: readonly (readonly number[])[]) =>
    rows.flatMap((row, b) => row.filter((_, t) => mask[b]![t] === 1));
  return {
    ...{ logProbs: pack(logps), old: pack(old_logps), reference: pack(ref_logps) },
    lengths: mask.map((row) => row.filter((one) => one === 1).length),
  };
}

async function* grpoCases({ grpo }: GroupRl): AsyncGenerator<CaseResult> {
  for (const [key, expected] of Object.entries(grpo.losses)) {
    const { scale, settings } = parseLossKey(key);
    const lossType = TRAINED_LOSSES.find((type) => type === settings.type);
    if (lossType === undefined) continue;
    const { beta, level: importanceSamplingLevel } = settings;
    yield* grpoCase(
      key,
      grpo,
      { scaleRewards: scale, beta, importanceSamplingLevel, lossType },
      expected,
    );
  }
  const high = { epsilonHigh: 0.28, lossType: "dapo" };
  yield* grpoCase("dapo_cliphigher", grpo, high, grpo["dapo_cliphigher"] as number);
  const bounded = { delta: 1.5, lossType: "grpo" };
  yield* grpoCase("two_sided_delta15", grpo, bounded, grpo["two_sided_delta15"] as number);
}

async function* grpoCase(
  key: string,
  grpo: GroupRl["grpo"],
  settings: object,
  expected: number,
): AsyncGenerator<CaseResult> {
  const config = v.parse(GrpoConfig, settings);
  const batch = packed(grpo);
  const advantages = groupAdvantages(grpo.rewards, grpo.num_generations, config.scaleRewards);
  const plan = lossPlan({ method: "grpo", config }, batch.lengths, grpo.max_completion_length);
  const device = await onDevice(batch, advantages, plan);
  yield compare(`device grpo loss ${key}`, [device.loss], [expected], LOSS);
  const slopes = slopesOf(batch.logProbs, coreLoss(batch, advantages, { method: "grpo", config }, grpo.max_completion_length)); // prettier-ignore
  yield compare(`device grpo gradient ${key}`, device.gradient, slopes, SLOPE);
}

async function* rlooCases({ grpo, rloo }: GroupRl): AsyncGenerator<CaseResult> {
  const learns: GroupMethod = { method: "rloo", config: v.parse(RlooConfig, {}) };
  const batch = packed(grpo);
  const advantages = Float64Array.from(rloo.advantages);
  const device = await onDevice(batch, advantages, lossPlan(learns, batch.lengths, 8));
  yield compare("device rloo loss", [device.loss], [rloo.loss], LOSS);
  const slopes = slopesOf(batch.logProbs, coreLoss(batch, advantages, learns, 8));
  yield compare("device rloo gradient", device.gradient, slopes, SLOPE);
}

async function* dpoCases({ dpo }: GroupRl): AsyncGenerator<CaseResult> {
  const losses: Readonly<Record<string, DpoLoss>> = {
    sigmoid: { type: "sigmoid", beta: dpo.beta },
    sigmoid_ls01: { type: "sigmoid", beta: dpo.beta, labelSmoothing: 0.1 },
    hinge: { type: "hinge", beta: dpo.beta },
    ipo_on_these_sums: { type: "ipo", beta: dpo.beta },
  };
  const policy = [...dpo.policy_chosen, ...dpo.policy_rejected];
  const reference = [...dpo.ref_chosen, ...dpo.ref_rejected];
  for (const [key, loss] of Object.entries(losses)) {
    const f = (x: tf.Tensor) => dpoLoss(x as tf.Tensor1D, tf.tensor1d(reference), loss);
    const { value, grad } = tf.tidy(() => tf.valueAndGrad(f)(tf.tensor1d(policy)));
    const expected = (dpo[key] as number[]).reduce((a, b) => a + b);
    yield compare(`device dpo loss ${key}`, await read(value), [expected], LOSS);
    const slopes = slopesOf(policy, (x) => sum(dpoLosses(pairsOf(x, reference), loss)));
    yield compare(`device dpo gradient ${key}`, await read(grad), slopes, SLOPE);
  }
}

/** Through the golden model: the first LoRA step of ppo.json gives the answers, off-policy by a wave so that ratios differ. */
async function* modelCases(dir: FolderReader): AsyncGenerator<CaseResult> {
  const found = stepsOf(JSON.parse(await dir.text("ppo.json")) as Record<string, unknown>).find(
    ([, { kind, responses }]) => kind === "lora" && responses.length > 1,
  );
  if (!found) return;
  const rollouts = rolloutsOf(found[1]);
  const model = await loadGoldenModel(dir);
  const adapter = importAdapter(model, await readGoldenAdapter(dir));
  model.adapter = adapter;
  try {
    const scored = await scoreResponses(model, pretrainedReference(model), rollouts);
    const [own, other] = [[...scored.logProbs], [...scored.referenceLogProbs!]];
    const lengths = rollouts.map(({ response }) => response.length);
    const old = own.map((x, t) => x + 0.3 * Math.sin(3 * t));
    const batch = { logProbs: own, old, reference: other, lengths };
    const advantages = Float64Array.from(lengths, (_, b) => Math.cos(2 * b));
    const parameters = adapter.variables();
    const longest = Math.max(...lengths) + 3;
    for (const learns of METHODS) {
      const { pool, clip, beta, ofToken, ofAnswer } = lossPlan(learns, lengths, longest);
      const targets = {
        oldLogProbs: Float32Array.from(old),
        referenceLogProbs: beta > 0 ? Float32Array.from(other) : null,
        ...{ advantages: [...advantages], ofToken, ofAnswer },
      };
      const part = groupPart(model, rollouts, targets, { pool, clip, beta });
      const name = `${learns.method}${learns.method === "grpo" ? ` ${learns.config.importanceSamplingLevel} ${learns.config.lossType}` : ""}`;
      const loss = coreLoss(batch, advantages, learns, longest);
      yield* throughModel(name, model, parameters, part, own, loss);
    }
    const half = Math.floor(rollouts.length / 2);
    const sides = rollouts.slice(0, 2 * half);
    for (const type of ["sigmoid", "hinge", "ipo"] as const) {
      const loss: DpoLoss = { type, beta: type === "ipo" ? 0.5 : 0.02 };
      const sums = (x: readonly number[]) => rowsOf(x, lengths).slice(0, 2 * half).map((row) => sum(row) / (type === "ipo" ? row.length : 1)); // prettier-ignore
      const reference = sums(other);
      const part = dpoPart(model, sides, Float32Array.from(reference), loss, half);
      const tokens = lengths.slice(0, 2 * half).reduce((a, b) => a + b);
      const value = (x: readonly number[]) => sum(dpoLosses(pairsOf(sums(x), reference), loss)) / half; // prettier-ignore
      yield* throughModel(`dpo ${type}`, model, parameters, part, own.slice(0, tokens), value);
    }
  } finally {
    model.adapter = null;
    adapter.dispose();
    model.dispose();
  }
}

const grpo = (settings: object): GroupMethod => ({
  method: "grpo",
  config: v.parse(GrpoConfig, settings),
});
const METHODS: readonly GroupMethod[] = [
  { method: "rloo", config: v.parse(RlooConfig, {}) },
  grpo({ beta: 0.1, lossType: "grpo" }),
  grpo({ beta: 0.1, lossType: "dr_grpo", epsilonHigh: 0.4 }),
  grpo({ importanceSamplingLevel: "sequence", epsilon: 0.05, lossType: "dapo" }),
];

/** The part's loss beside the core's, and its gradients beside Σₜ ∂L/∂log πₜ · ∂log πₜ/∂θ. */
async function* throughModel(
  name: string,
  model: Gpt2,
  parameters: readonly Parameter[],
  part: Part,
  logProbs: readonly number[],
  loss: (logProbs: readonly number[]) => number,
): AsyncGenerator<CaseResult> {
  const slopes = slopesOf(logProbs, loss);
  const pass = lossAndGradients(model, part.batch, parameters, (states) => part.loss(states).loss);
  const chained = lossAndGradients(model, part.batch, parameters, (states) => {
    const scored = scoreTokens(model, states, tf.tensor1d(part.batch.targets, "int32"));
    return tf.sum(tf.mul(scored.logProbs, tf.tensor1d(slopes)));
  });
  chained.loss.dispose();
  yield compare(`model ${name}: loss`, await read(pass.loss), [loss(logProbs)], { rtol: 1e-4, atol: 1e-5 }); // prettier-ignore
  const [ours, expected] = [await readAll(pass.gradients), await readAll(chained.gradients)];
  yield compare(`model ${name}: gradient`, ours, expected, GRADIENT);
}

async function onDevice(batch: Packed, advantages: Float64Array, plan: LossPlan) {
  const { lengths } = batch;
  const perToken = (x: ArrayLike<number>) =>
    tf.tensor1d(lengths.flatMap((length, b) => new Array<number>(length).fill(x[b]!)));
  const isToken = plan.pool === "token";
  const f = (x: tf.Tensor) => {
    const targets = {
      oldLogProbs: tf.tensor1d([...batch.old]),
      referenceLogProbs: plan.beta > 0 ? tf.tensor1d([...batch.reference]) : null,
      pool: plan.pool === "token" ? null : poolOf(lengths, plan.pool),
      advantages: isToken ? perToken(advantages) : tf.tensor1d([...advantages]),
      unitWeights: isToken ? perToken(plan.ofToken) : tf.tensor1d([...plan.ofAnswer]),
      tokenWeights: perToken(plan.ofToken),
    };
    return groupPolicyLoss(x as tf.Tensor1D, targets, plan.clip, plan.beta).loss;
  };
  const { value, grad } = tf.tidy(() => tf.valueAndGrad(f)(tf.tensor1d([...batch.logProbs])));
  return { loss: (await read(value))[0]!, gradient: await read(grad) };
}

/** The core's loss as a function of packed log-probabilities. */
function coreLoss(
  { old, reference, lengths }: Packed,
  advantages: Float64Array,
  learns: GroupMethod,
  longest: number,
): (logProbs: readonly number[]) => number {
  const mask = lengths.map((length) => new Array<number>(length).fill(1));
  const held = { oldLogProbs: rowsOf(old, lengths), mask, advantages };
  if (learns.method === "rloo") {
    return (x) => rlooLoss({ ...held, logProbs: rowsOf(x, lengths) }, learns.config.epsilon);
  }
  const { lossType: type, importanceSamplingLevel: level, epsilon, epsilonHigh, delta, beta } = learns.config; // prettier-ignore
  const clip = { epsilonLow: epsilon, epsilonHigh: epsilonHigh ?? epsilon, delta };
  const config = {
    ...GROUP_LOSS_DEFAULTS,
    type,
    level,
    beta,
    ...clip,
    maxCompletionLength: longest,
  };
  const referenceLogProbs = rowsOf(reference, lengths);
  return (x) => groupLoss({ ...held, referenceLogProbs, logProbs: rowsOf(x, lengths) }, config);
}

/** (f(x + h) − f(x − h)) / 2h in each place. */
function slopesOf(x: readonly number[], f: (x: readonly number[]) => number): number[] {
  const h = 1e-5;
  const moved = (i: number, by: number) => x.map((xi, j) => (i === j ? xi + by : xi));
  return x.map((_, i) => (f(moved(i, h)) - f(moved(i, -h))) / (2 * h));
}

function rowsOf(packedRows: readonly number[], lengths: readonly number[]): number[][] {
  let at = 0;
  return lengths.map((length) => packedRows.slice(at, (at += length)));
}

function pairsOf(policy: readonly number[], reference: readonly number[]) {
  const half = policy.length / 2;
  return {
    policyChosen: policy.slice(0, half),
    policyRejected: policy.slice(half),
    referenceChosen: reference.slice(0, half),
    referenceRejected: reference.slice(half),
  };
}

const sum = (x: ArrayLike<number>) => Array.from(x).reduce((a, b) => a + b, 0);

async function read(tensor: tf.Tensor): Promise<Float32Array> {
  const values = await tensor.data<"float32">();
  tensor.dispose();
  return values;
}

async function readAll(gradients: Gradients): Promise<number[]> {
  const all: number[] = [];
  for (const name of [...gradients.keys()].sort()) all.push(...(await read(gradients.get(name)!)));
  return all;
}
