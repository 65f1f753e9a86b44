/** The units of ppo.json, which need no network. */
import * as tf from "@tensorflow/tfjs-core";
import * as v from "valibot";
import { batchAdvantages } from "../../src/core/ppo/batch-advantages";
import { PpoConfig } from "../../src/core/ppo/config";
import { nextKlCoefficient } from "../../src/core/ppo/kl-controller";
import { pack, responseLayout } from "../../src/core/ppo/layout";
import { NO_SCORES, scaleScores, updateMoments } from "../../src/core/ppo/score-scaling";
import { meanRatio, updateStatistics } from "../../src/core/ppo/statistics";
import { maskedMean, maskedVariance, maskedWhiten } from "../../src/core/ppo/whiten";
import { ppoLoss } from "../../src/engine/ppo/loss";
import { entropy } from "../../src/engine/training/log-probs";
import { type CaseResult, compare, type FolderReader } from "./case";
import type { Matrix } from "./ppo-golden";

interface Whiten {
  readonly x: Matrix;
  readonly mask: Matrix;
  readonly mean: number;
  readonly var: number;
  readonly whiten: Matrix;
  readonly whiten_noshift: Matrix;
  readonly one_token: { readonly x: Matrix; readonly mask: Matrix };
}

interface AdaptiveKl {
  readonly kl: readonly number[];
  readonly n_steps: number;
  readonly init: number;
  readonly target: number;
  readonly horizon: number;
  readonly values_after: readonly number[];
}

interface Scaled {
  readonly mean: number;
  readonly std: number | string;
  readonly var: number;
  readonly count: number;
  readonly scaled: readonly number[];
  readonly scaled_norm: readonly number[];
}

interface ScoreScaling {
  readonly batches: Matrix;
  readonly out: readonly Scaled[];
  readonly batch1: Matrix;
  readonly batch1_out: readonly Scaled[];
}

interface Invariance {
  readonly cases: readonly { score: number; advantages_raw: Matrix; advantages: Matrix }[];
  readonly mask: Matrix;
}

interface Loss {
  readonly loss_p: number;
  readonly loss_v: number; // weighted
  readonly skipped: boolean;
  readonly stats: Readonly<Record<string, number>>;
}

type LossUnit = Readonly<Record<string, unknown>>;

const CLOSE = { rtol: 1e-5, atol: 1e-6 };

/** The settings of a `unit_loss` record and its log-probabilities; the file names them only. */
const LOSSES = [
  { key: "normal", logProbs: "logprobs", settings: {} },
  { key: "ratio_skip", logProbs: "logprobs_high", settings: {} },
  {
    key: "cliprange_01_02",
    logProbs: "logprobs",
    settings: { clipRange: 0.1, clipRangeValue: 0.05 },
  },
] as const;

export async function* ppoUnitCases(dir: FolderReader): AsyncGenerator<CaseResult> {
  const golden = JSON.parse(await dir.text("ppo.json")) as Record<string, unknown>;
  for (const [name, unit] of Object.entries(golden)) {
    if (!name.startsWith("unit_")) continue;
    switch (name) {
      case "unit_loss":
        yield* lossCases(unit as LossUnit);
        break;
      case "unit_whiten":
        yield* whitenCases(unit as Whiten);
        break;
      case "unit_adaptive_kl":
        yield adaptiveKlCase(unit as AdaptiveKl);
        break;
      case "unit_score_scaling":
        yield* scoreScalingCases(unit as ScoreScaling);
        break;
      case "unit_batch1_reward_invariance":
        yield* invarianceCases(unit as Invariance);
        break;
      default:
        throw new RangeError(`ppo.json: unknown unit ${name}`);
    }
  }
}

async function* lossCases(unit: LossUnit): AsyncGenerator<CaseResult> {
  const counts = (unit["mask"] as Matrix).flat();
  const masked = (key: string) => (unit[key] as Matrix).flat().filter((_, i) => counts[i] === 1);
  const packed = (key: string) => Float32Array.from(masked(key));
  for (const { key, logProbs, settings } of LOSSES) {
    const expected = unit[key] as Loss;
    const config = v.parse(PpoConfig, settings);
    const sampled = {
      oldLogProbs: packed("old_logprobs"),
      values: packed("values"),
      advantages: packed("advantages"),
      returns: packed("returns"),
    };
    const logits = (unit["logits"] as readonly Matrix[]).flat().filter((_, i) => counts[i] === 1);
    const [policy, value, entropies] = await read(() => {
      const { oldLogProbs, values, advantages, returns } = sampled;
      const losses = ppoLoss(
        tf.tensor1d(packed(logProbs)),
        tf.tensor1d(packed("vpreds")),
        {
          oldLogProbs: tf.tensor1d(oldLogProbs),
          values: tf.tensor1d(values),
          advantages: tf.tensor1d(advantages),
          returns: tf.tensor1d(returns),
        },
        config,
      );
      return [losses.policy, losses.value, entropy(tf.tensor2d(logits.map((row) => [...row])))];
    });
    const batch = {
      ...sampled,
      logProbs: packed(logProbs),
      predictions: packed("vpreds"),
      entropy: entropies!,
    };
    const skipped = meanRatio(batch) > config.ratioThreshold;
    const paid = skipped ? { policy: 0, value: 0 } : { policy: policy![0]!, value: value![0]! };
    const name = `unit_loss ${key}`;
    yield compare(`${name}: skipped`, [Number(skipped)], [Number(expected.skipped)], CLOSE);
    yield compare(`${name}: policy loss`, [paid.policy], [expected.loss_p], CLOSE);
    const weighted = config.valueCoefficient * paid.value;
    yield compare(`${name}: value loss`, [weighted], [expected.loss_v], CLOSE);
    const stats = updateStatistics(batch, paid, config);
    for (const [statistic, value] of Object.entries(expected.stats)) {
      const ours = statistic === "avg_ratio" ? "ppo/policy/ratio" : `ppo/${statistic}`;
      yield compare(`${name}: ${statistic}`, [stats[ours as keyof typeof stats]], [value], CLOSE);
    }
  }
}

function* whitenCases(unit: Whiten): Generator<CaseResult> {
  const [x, mask] = [unit.x.flat(), unit.mask.flat()];
  yield compare("unit_whiten: mean", [maskedMean(x, mask)], [unit.mean], CLOSE);
  yield compare("unit_whiten: variance", [maskedVariance(x, mask)], [unit.var], CLOSE);
  yield compare("unit_whiten: whiten", maskedWhiten(x, mask), unit.whiten.flat(), CLOSE);
  const unshifted = maskedWhiten(x, mask, { shiftMean: false });
  yield compare("unit_whiten: mean kept", unshifted, unit.whiten_noshift.flat(), CLOSE);
  const refused = refuses(() => maskedWhiten(unit.one_token.x.flat(), unit.one_token.mask.flat()));
  yield compare("unit_whiten: one token is refused", [Number(refused)], [1], CLOSE);
}

function adaptiveKlCase(unit: AdaptiveKl): CaseResult {
  const config = { adaptiveKl: true, klTarget: unit.target, klHorizon: unit.horizon };
  let coefficient = unit.init;
  const actual = unit.kl.map(
    (kl) => (coefficient = nextKlCoefficient(coefficient, kl, unit.n_steps, config)),
  );
  return compare("unit_adaptive_kl: coefficients", actual, unit.values_after, { rtol: 1e-12 });
}

function* scoreScalingCases(unit: ScoreScaling): Generator<CaseResult> {
  const runs = { batches: unit.out, batch1: unit.batch1_out } as const;
  for (const [key, expected] of Object.entries(runs)) {
    let moments = NO_SCORES;
    for (const [i, scores] of unit[key as keyof typeof runs].entries()) {
      moments = updateMoments(moments, scores);
      const { mean, std, var: variance, count, scaled, scaled_norm } = expected[i]!;
      const name = `unit_score_scaling ${key} ${i}`;
      const finite = (x: number | string | null) => (typeof x === "number" ? [x] : []); // ours null, torch's "inf"
      yield compare(
        `${name}: mean, variance, count`,
        [moments.mean, moments.variance, moments.count],
        [mean, variance, count],
        CLOSE,
      );
      yield compare(`${name}: deviation`, finite(moments.std), finite(std), CLOSE);
      const scaling = { useScoreScaling: true, useScoreNorm: false, scoreClip: null };
      yield compare(`${name}: scaled`, scaleScores(scores, moments, scaling), scaled, CLOSE);
      const norm = { ...scaling, useScoreNorm: true };
      yield compare(
        `${name}: scaled and shifted`,
        scaleScores(scores, moments, norm),
        scaled_norm,
        CLOSE,
      );
    }
  }
}

/** One row whose mask starts after what must be its query. */
function* invarianceCases({ cases, mask }: Invariance): Generator<CaseResult> {
  const [row] = mask;
  const start = row!.indexOf(1);
  const length = row!.filter((counts) => counts === 1).length;
  const zeros = (n: number) => Array<number>(n).fill(0);
  const layout = responseLayout([{ query: zeros(start + 1), response: zeros(length) }]);
  const { gamma, lambda, whitenRewards } = v.parse(PpoConfig, {});
  for (const { score, advantages_raw, advantages } of cases) {
    const rewards = new Float32Array(length);
    rewards[length - 1] = score;
    const settings = { gamma, lambda, whitenRewards };
    const actual = batchAdvantages(rewards, new Float32Array(length), layout, settings);
    const expected = (rows: Matrix) => pack(Float32Array.from(rows.flat()), layout);
    const name = `unit_batch1_reward_invariance ${score}`;
    yield compare(`${name}: raw`, actual.raw, expected(advantages_raw), CLOSE);
    yield compare(`${name}: whitened`, actual.advantages, expected(advantages), CLOSE);
  }
}

function refuses(f: () => unknown): boolean {
  try {
    f();
    return false;
  } catch (error) {
    return error instanceof RangeError;
  }
}

async function read(f: () => tf.Tensor[]): Promise<Float32Array[]> {
  const tensors = tf.tidy(f);
  const values = await Promise.all(
    tensors.map(async (x) => Float32Array.from(await x.data<"float32">())),
  );
  tf.dispose(tensors);
  return values;
}
