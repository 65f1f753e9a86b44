/** A study's settings by TRL's names (DPOConfig and GRPOConfig of TRL 1.13), with where each comes from. */
import { methodOf } from "../study/curves";
import type { StudyConfig } from "../study/config";

type Value = number | string | boolean | null | readonly string[];

/** One argument of TRL's. */
export interface TrlSetting {
  readonly name: string;
  readonly value: Value;
  /** Where it comes from, with its unit: a path of config.json, or the reason why it is fixed. */
  readonly from: string;
}

/** Samples of a prompt where the study has one a wording: GRPO compares the samples of one prompt, and one has no other. */
const FEWEST_GENERATIONS = 4;

const fixed = (config: StudyConfig): TrlSetting[] => [
  { name: "seed", value: config.seed, from: "seed" },
  { name: "lr_scheduler_type", value: "constant", from: "fixed: the rate is constant here too" },
  { name: "weight_decay", value: 0, from: "fixed: none here either" },
  { name: "disable_dropout", value: true, from: "fixed: dropout is off after LoRA here too" },
  { name: "bf16", value: false, from: "fixed: float32, as here" },
  { name: "gradient_checkpointing", value: false, from: "fixed: changes memory, not results" },
  { name: "logging_steps", value: 1, from: "fixed" },
  { name: "report_to", value: "none", from: "fixed: nothing is sent anywhere" },
];

const gradientNorm = (path: string, value: number | null): TrlSetting => ({
  name: "max_grad_norm",
  value: value ?? 0,
  from: `${path}.maxGradNorm, norm of all gradients; 0 clips nothing`,
});

export function dpoSettings(config: StudyConfig): TrlSetting[] {
  const { dpo, rollouts } = config;
  return [
    { name: "loss_type", value: [dpo.lossType], from: "dpo.lossType" },
    { name: "beta", value: dpo.beta, from: "dpo.beta, reward units a nat" },
    { name: "learning_rate", value: dpo.learningRate, from: "dpo.learningRate" },
    gradientNorm("dpo", dpo.maxGradNorm),
    {
      name: "per_device_train_batch_size",
      value: dpo.microBatch,
      from: "dpo.microBatch, pairs; there it is the whole batch of a device, here a part of one",
    },
    {
      name: "num_train_epochs",
      value: rollouts.passes * dpo.numIterations,
      from: "rollouts.passes × dpo.numIterations, times each pair is used",
    },
    ...fixed(config),
  ];
}

export function grpoSettings(config: StudyConfig): TrlSetting[] {
  const { grpo, rollouts, sampling } = config;
  return [
    { name: "loss_type", value: grpo.lossType, from: "grpo.lossType" },
    { name: "beta", value: grpo.beta, from: "grpo.beta, loss units a nat of k3" },
    { name: "epsilon", value: grpo.epsilon, from: "grpo.epsilon" },
    ...(grpo.epsilonHigh === null
      ? []
      : [{ name: "epsilon_high", value: grpo.epsilonHigh, from: "grpo.epsilonHigh" }]),
    ...(grpo.delta === null ? [] : [{ name: "delta", value: grpo.delta, from: "grpo.delta" }]),
    { name: "scale_rewards", value: grpo.scaleRewards, from: "grpo.scaleRewards" },
    {
      name: "importance_sampling_level",
      value: grpo.importanceSamplingLevel,
      from: "grpo.importanceSamplingLevel",
    },
    { name: "num_iterations", value: grpo.numIterations, from: "grpo.numIterations" },
    { name: "learning_rate", value: grpo.learningRate, from: "grpo.learningRate" },
    gradientNorm("grpo", grpo.maxGradNorm),
    {
      name: "num_generations",
      value: Math.max(rollouts.samples, FEWEST_GENERATIONS),
      from: `rollouts.samples, answers a wording, ${FEWEST_GENERATIONS} at least`,
    },
    { name: "temperature", value: rollouts.temperature, from: "rollouts.temperature" },
    { name: "top_k", value: 0, from: "fixed: the policy is scored with all tokens" },
    { name: "top_p", value: 1, from: "fixed: the same" },
    {
      name: "max_completion_length",
      value: sampling.maxNewTokens,
      from: "sampling.maxNewTokens, tokens",
    },
    { name: "num_train_epochs", value: rollouts.passes, from: "rollouts.passes" },
    ...fixed(config),
  ];
}

/** What of the study TRL does otherwise, in sentences. */
export function departures(config: StudyConfig): string[] {
  const { rollouts, grpo, dpo } = config;
  const method = methodOf(config);
  const said: string[] = [];
  if (method === "ppo" || method === "rloo") {
    said.push(
      `The study trained with ${method.toUpperCase()} after LoRA; the scripts are for DPO and GRPO, with the study's settings of those.`,
    );
  }
  if (grpo.group === "question") {
    said.push(
      'Here an answer is compared with the answers to all wordings of its question (grpo.group "question"). TRL compares the samples of one wording. The reward still compares wordings.',
    );
  }
  if (rollouts.reference === "base") {
    said.push(
      'Here the distance is measured from the pretrained model (rollouts.reference "base"). TRL takes the adapter it starts from as the reference.',
    );
  }
  if (dpo.labelSmoothing > 0) {
    said.push(
      `dpo.labelSmoothing is ${dpo.labelSmoothing}. TRL's sigmoid loss has none, so train_dpo.py stops and says so.`,
    );
  }
  if (config.rollouts.reward === "tuple-sage") {
    said.push("The tuples of the reward tuple-sage are drawn by Python's random numbers.");
  }
  said.push(
    "Random numbers, kernels and batches differ, so a training there does not repeat one here step by step.",
  );
  return said;
}
