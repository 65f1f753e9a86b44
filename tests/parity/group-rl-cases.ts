/**
 * Group algorithms and DPO against the golden group_rl.json: float maths of src/core, so the same on every backend.
 * Nothing where the folder lacks the file. Format: golden/README.md.
 */
import {
  type DpoLoss,
  dpoLosses,
  implicitRewards,
  type PreferencePairs,
} from "../../src/core/dpo/loss";
import {
  gdpoAdvantages,
  groupAdvantages,
  leaveOneOutAdvantages,
  normaliseOverBatch,
  penalisedRewards,
  REWARD_SCALES,
  type RewardScale,
} from "../../src/core/group-rl/advantage";
import {
  GROUP_LOSS_DEFAULTS,
  GROUP_LOSSES,
  groupLoss,
  type GroupLossConfig,
  RATIO_LEVELS,
  rlooLoss,
} from "../../src/core/group-rl/loss";
import { k3, sequenceKl } from "../../src/core/group-rl/tokens";
import { type CaseResult, compare, type FolderReader } from "./case";
import type { Matrix } from "./ppo-golden";

type Numbers = readonly number[];

interface Grpo {
  readonly num_generations: number;
  readonly rewards: Numbers;
  readonly mask: Matrix;
  readonly logps: Matrix;
  readonly old_logps: Matrix;
  readonly ref_logps: Matrix;
  readonly max_completion_length: number;
  readonly advantages: Readonly<Record<RewardScale, Numbers>>;
  readonly kl_k3: Matrix;
  readonly losses: Readonly<Record<string, number>>;
  readonly [single: string]: unknown;
}

interface Rloo {
  readonly beta: number;
  readonly kl: Numbers;
  readonly rewards_with_kl: Numbers;
  readonly advantages: Numbers;
  readonly advantages_normalized: Numbers;
  readonly loss: number;
}

interface Dpo {
  readonly beta: number;
  readonly policy_chosen: Numbers;
  readonly policy_rejected: Numbers;
  readonly ref_chosen: Numbers;
  readonly ref_rejected: Numbers;
  readonly reward_chosen: Numbers;
  readonly reward_rejected: Numbers;
  readonly accuracy: number;
  readonly margin: Numbers;
  readonly [loss: string]: unknown;
}

interface Gdpo {
  readonly weights: Numbers;
  readonly advantages: Numbers;
  readonly [rewards: string]: Numbers | Matrix;
}

export interface GroupRl {
  readonly grpo: Grpo;
  readonly rloo: Rloo;
  readonly dpo: Dpo;
  readonly gdpo_normalize_then_sum: Gdpo;
}

/** float32 against float64: the losses of 200 random folders in this format differed by up to 3e-7. */
const CLOSE = { rtol: 1e-5, atol: 1e-6 };

/** The settings of a loss that stands alone in `grpo`; the file names them only. */
const SINGLE = {
  cispo_ehi5: { type: "cispo", epsilonHigh: 5 },
  dapo_cliphigher: { type: "dapo", epsilonHigh: 0.28 },
  two_sided_delta15: { type: "grpo", delta: 1.5 },
} as const;

export async function* groupRlCases(dir: FolderReader): AsyncGenerator<CaseResult> {
  if (!(await dir.has("group_rl.json"))) return;
  const golden = JSON.parse(await dir.text("group_rl.json")) as GroupRl;
  yield* grpoCases(golden.grpo);
  yield* rlooCases(golden.rloo, golden.grpo);
  yield* dpoCases(golden.dpo);
  yield gdpoCase(golden.gdpo_normalize_then_sum);
}

function* grpoCases(grpo: Grpo): Generator<CaseResult> {
  for (const scale of REWARD_SCALES) {
    const actual = groupAdvantages(grpo.rewards, grpo.num_generations, scale);
    yield compare(`grpo advantages ${scale}`, actual, grpo.advantages[scale], CLOSE);
  }
  const distances = grpo.logps.flatMap((row, b) =>
    row.map((logProb, t) => k3(logProb, grpo.ref_logps[b]![t]!)),
  );
  yield compare("grpo k3", distances, grpo.kl_k3.flat(), CLOSE);

  for (const [key, expected] of Object.entries(grpo.losses)) {
    const { scale, settings } = parseLossKey(key);
    yield lossCase(`grpo loss ${key}`, grpo, scale, settings, expected);
  }
  for (const [key, settings] of Object.entries(SINGLE)) {
    yield lossCase(`grpo loss ${key}`, grpo, "group", settings, grpo[key] as number);
  }
}

function lossCase(
  name: string,
  grpo: Grpo,
  scale: RewardScale,
  settings: Partial<GroupLossConfig>,
  expected: number,
): CaseResult {
  const batch = {
    logProbs: grpo.logps,
    oldLogProbs: grpo.old_logps,
    referenceLogProbs: grpo.ref_logps,
    mask: grpo.mask,
    advantages: groupAdvantages(grpo.rewards, grpo.num_generations, scale),
  };
  const maxCompletionLength = grpo.max_completion_length;
  const config = { ...GROUP_LOSS_DEFAULTS, maxCompletionLength, ...settings };
  return compare(name, [groupLoss(batch, config)], [expected], CLOSE);
}

/** "dr_grpo|token|beta0.04|group": loss type, ratio level, β, scale of the rewards. */
export function parseLossKey(key: string): {
  scale: RewardScale;
  settings: Partial<GroupLossConfig>;
} {
  const parts = key.split("|");
  const type = GROUP_LOSSES.find((known) => known === parts[0]);
  const level = RATIO_LEVELS.find((known) => known === parts[1]);
  const beta = Number(parts[2]?.replace(/^beta/, ""));
  const scale = REWARD_SCALES.find((known) => known === parts[3]);
  if (type === undefined || level === undefined || scale === undefined || Number.isNaN(beta)) {
    throw new RangeError(`group_rl.json: unknown loss "${key}"`);
  }
  return { scale, settings: { type, level, beta } };
}

/** RLOO's record has rewards and log-probabilities of its own nowhere: they are those of `grpo`. */
function* rlooCases(rloo: Rloo, grpo: Grpo): Generator<CaseResult> {
  const { rewards, mask, num_generations: groupSize } = grpo;
  const kl = sequenceKl(grpo.old_logps, grpo.ref_logps, mask);
  const paid = penalisedRewards(rewards, kl, rloo.beta);
  const advantages = leaveOneOutAdvantages(paid, groupSize);
  const normalised = normaliseOverBatch(advantages);
  const loss = rlooLoss({ logProbs: grpo.logps, oldLogProbs: grpo.old_logps, mask, advantages });
  yield compare("rloo kl", kl, rloo.kl, CLOSE);
  yield compare("rloo rewards less kl", paid, rloo.rewards_with_kl, CLOSE);
  yield compare("rloo advantages", advantages, rloo.advantages, CLOSE);
  yield compare("rloo advantages, normalised", normalised, rloo.advantages_normalized, CLOSE);
  yield compare("rloo loss", [loss], [rloo.loss], CLOSE);
}

function* dpoCases(dpo: Dpo): Generator<CaseResult> {
  const { beta } = dpo;
  const pairs: PreferencePairs = {
    policyChosen: dpo.policy_chosen,
    policyRejected: dpo.policy_rejected,
    referenceChosen: dpo.ref_chosen,
    referenceRejected: dpo.ref_rejected,
  };
  const losses: Readonly<Record<string, DpoLoss>> = {
    sigmoid: { type: "sigmoid", beta },
    sigmoid_ls01: { type: "sigmoid", beta, labelSmoothing: 0.1 },
    hinge: { type: "hinge", beta },
    ipo_on_these_sums: { type: "ipo", beta },
  };
  for (const [key, loss] of Object.entries(losses)) {
    yield compare(`dpo ${key}`, dpoLosses(pairs, loss), dpo[key] as Numbers, CLOSE);
  }
  const { chosen, rejected, margins, accuracy } = implicitRewards(pairs, beta);
  yield compare("dpo reward of the chosen", chosen, dpo.reward_chosen, CLOSE);
  yield compare("dpo reward of the rejected", rejected, dpo.reward_rejected, CLOSE);
  yield compare("dpo margins", margins, dpo.margin, CLOSE);
  yield compare("dpo accuracy", [accuracy], [dpo.accuracy], CLOSE);
}

function gdpoCase(gdpo: Gdpo): CaseResult {
  const rewards = gdpo.weights.map((_, k) => gdpo[`rewards_${k + 1}`] as Matrix);
  const actual = gdpoAdvantages(
    rewards.map((groups) => groups.flat()),
    gdpo.weights,
    rewards[0]![0]!.length,
  );
  return compare("gdpo advantages, normalize_then_sum", actual, gdpo.advantages, CLOSE);
}
