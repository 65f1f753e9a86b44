/** expected.json: numbers of ours that check.py computes again, by torch and by the scripts of the hand-off. */
import { dpoLosses, type PreferencePairs } from "../dpo/loss";
import { rankedPairs } from "../dpo/pairs";
import { groupAdvantages, REWARD_SCALES } from "../group-rl/advantage";
import { TRAINED_LOSSES } from "../group-rl/config";
import { GROUP_LOSS_DEFAULTS, groupLoss, RATIO_LEVELS } from "../group-rl/loss";
import { rougeL } from "../metrics/rouge-l";
import { stream } from "../random";
import type { AnswerGroup } from "../rewards/blend";
import { REFUSAL_RULES } from "../rewards/refusal";
import { CREDIT_NAMES, type RewardName } from "../rewards/config";
import { payGroup } from "../rewards/rewards";
import type { StudyConfig } from "../study/config";

/** Answers that show each part of the blend: sound, too short, repeating itself, declining. */
const TEXTS = [
  "Lying to a friend is wrong, because it breaks the trust between you.",
  "It is wrong to lie to a friend; lies break trust.",
  "No.",
  "It is fine, it is fine, it is fine, it is fine.",
  "I'm sorry, but I cannot give an opinion on that.",
];
const WIDTH = 6; // of the vectors
const GROUP = 4; // rewards a prompt
const TOKENS = 6;

/** The settings of the reward as reward.py reads them: the study's, its name, and the rules for refusals. */
export function rewardSettings({ rollouts, reward }: StudyConfig, name: RewardName) {
  return {
    ...reward,
    name,
    refusalRules: REFUSAL_RULES.map(({ pattern }) => pattern.source),
    samples: rollouts.samples,
  };
}

/** Drawn from the study's seed, with its settings; the other losses and rewards come along. */
export function expectedNumbers(config: StudyConfig) {
  return {
    tolerance: 1e-6,
    rewards: rewardCases(config),
    rouge_l: [
      [TEXTS[0]!, TEXTS[1]!],
      [TEXTS[1]!, "Lies are wrongly told to friends."],
      ["Relational rationality conditionally hoping", "relations rational condition hoped"],
      ["", "nothing"],
    ].map(([reference, candidate]) => ({
      ...{ reference: reference!, candidate: candidate! },
      f1: rougeL(reference!, candidate!),
    })),
    pairs: pairCases(config),
    dpo: dpoCase(config),
    grpo: grpoCase(config),
  };
}

function rewardCases(config: StudyConfig) {
  const draw = stream(config.seed, "hand-off", "rewards");
  const vectors = (count: number) => Array.from({ length: count }, () => unit(draw));
  const group: AnswerGroup = {
    texts: TEXTS,
    wordings: TEXTS.map((_, i) => i),
    embeddings: vectors(TEXTS.length),
    aligned: vectors(2),
    elsewhere: vectors(3),
    seed: 0,
  };
  const written = {
    ...{ texts: group.texts, vectors: group.embeddings.map(toNumbers) },
    ...{ aligned: group.aligned.map(toNumbers), elsewhere: group.elsewhere.map(toNumbers) },
  };
  const own = config.rollouts.reward;
  const blends = [config.reward, { ...config.reward, rougeWeight: 0.5, longestWords: 8 }];
  const cases = [
    { label: `of the study, ${own}`, name: own, reward: config.reward },
    ...CREDIT_NAMES.map((name) => ({ label: name, name, reward: config.reward })),
    ...blends.map((reward, i) => ({ label: `blend ${i + 1}`, name: "blend" as const, reward })),
  ];
  const samples = [0, 1, 2, 0, 1]; // two answers to a wording do not pay each other
  const sampled = (["mean-similarity", "leave-one-out"] as const).map((name) => ({
    ...{ label: `${name}, two samples`, name, reward: config.reward, wordings: samples },
  }));
  return [...cases.map((one) => ({ ...one, wordings: group.wordings })), ...sampled].map(
    ({ label, name, reward, wordings }) => ({
      name: label,
      group: { ...written, wordings },
      reward: rewardSettings({ ...config, reward }, name),
      scores: payGroup(name, { ...group, wordings }, reward).map(({ score }) => score),
    }),
  );
}

function pairCases({ seed, dpo: { minimumMargin } }: StudyConfig) {
  const draw = stream(seed, "hand-off", "pairs");
  const wordings = [0, 1, 2, 0, 1, 2, 0];
  const scores = wordings.map(() => draw());
  const answers = wordings.map((wording, rollout) => ({ rollout, wording, score: scores[rollout]! })); // prettier-ignore
  return (["question", "wording"] as const).map((grouping) => ({
    ...{ grouping, wordings, scores, margin: minimumMargin },
    pairs: rankedPairs(answers, grouping, minimumMargin).map(({ chosen, rejected }) => [chosen, rejected]), // prettier-ignore
  }));
}

function dpoCase({ seed, dpo: { beta } }: StudyConfig) {
  const draw = stream(seed, "hand-off", "dpo");
  const sums = () => Array.from({ length: 5 }, () => -10 - 20 * draw());
  const pairs = {
    ...{ policyChosen: sums(), policyRejected: sums() },
    ...{ referenceChosen: sums(), referenceRejected: sums() },
  } satisfies PreferencePairs;
  const loss = (type: "sigmoid" | "hinge" | "ipo") => [...dpoLosses(pairs, { type, beta })];
  return {
    beta,
    policy_chosen: pairs.policyChosen,
    policy_rejected: pairs.policyRejected,
    ref_chosen: pairs.referenceChosen,
    ref_rejected: pairs.referenceRejected,
    ...{ sigmoid: loss("sigmoid"), hinge: loss("hinge"), ipo: loss("ipo") },
  };
}

function grpoCase({ seed, grpo }: StudyConfig) {
  const draw = stream(seed, "hand-off", "grpo");
  const mask = [6, 4, 5, 3, 6, 2, 5, 6].map((length) =>
    Array.from({ length: TOKENS }, (_, t) => (t < length ? 1 : 0)),
  );
  const near = (rows: number[][]) => rows.map((row) => row.map((x) => x + 0.8 * (draw() - 0.5)));
  const old = mask.map((row) => row.map(() => -1 - 2 * draw()));
  const [logps, reference] = [near(old), near(old)];
  const rewards = mask.map(() => draw());
  const advantages = {
    group: [...groupAdvantages(rewards, GROUP, "group")],
    batch: [...groupAdvantages(rewards, GROUP, "batch")],
    none: [...groupAdvantages(rewards, GROUP, "none")],
  };
  const settings = { beta: grpo.beta, epsilon: grpo.epsilon, epsilonHigh: grpo.epsilonHigh, delta: grpo.delta }; // prettier-ignore
  const variants = [settings, { beta: 0.04, epsilon: 0.2, epsilonHigh: 0.28, delta: 1.5 }].flatMap(
    (own) =>
      TRAINED_LOSSES.flatMap((type) =>
        RATIO_LEVELS.flatMap((level) =>
          REWARD_SCALES.map((scale) => ({ own, type, level, scale })),
        ),
      ),
  );
  const losses = variants.map(({ own: { epsilon, epsilonHigh, beta, delta }, type, level, scale }) => ({
    name: `${type}, ${level}, ${scale}, beta ${beta}, delta ${delta ?? "none"}`,
    ...{ loss_type: type, level, scale_rewards: scale, beta, delta },
    ...{ epsilon, epsilon_high: epsilonHigh },
    loss: groupLoss(
      {
        ...{ logProbs: logps, oldLogProbs: old, referenceLogProbs: reference, mask },
        advantages: advantages[scale],
      },
      {
        ...{ ...GROUP_LOSS_DEFAULTS, type, level, beta, delta, maxCompletionLength: TOKENS },
        ...{ epsilonLow: epsilon, epsilonHigh: epsilonHigh ?? epsilon },
      },
    ),
  })); // prettier-ignore
  return {
    ...{ num_generations: GROUP, max_completion_length: TOKENS },
    ...{ rewards, mask, logps, old_logps: old, ref_logps: reference, advantages, losses },
  };
}

function unit(draw: () => number): Float32Array {
  const values = Array.from({ length: WIDTH }, () => draw() - 0.3); // mostly alike, as answers are
  const length = Math.sqrt(values.reduce((sum, x) => sum + x * x, 0));
  return Float32Array.from(values, (x) => x / length);
}

const toNumbers = (vector: Float32Array) => [...vector];
