/**
 * The numbers that training tells step by step, by their names in TRL: the one list that the log, the page and the report draw from.
 */
import { DPO_STATISTICS } from "../dpo/statistics";
import { GROUP_STATISTICS } from "../group-rl/statistics";
import { BATCH_STATISTICS, UPDATE_STATISTICS } from "../ppo/statistics";
import type { StudyConfig } from "./config";
import type { Method, StepStats } from "./trainer";

/** Names of every curve of a method, in the order in which they are told. */
export const CURVES = {
  ppo: [...BATCH_STATISTICS, ...UPDATE_STATISTICS, "ppo/val/var_explained", "ppo/learning_rate"],
  rloo: GROUP_STATISTICS,
  grpo: GROUP_STATISTICS,
  dpo: DPO_STATISTICS,
} as const satisfies Record<Method, readonly string[]>;

export type CurveName = (typeof CURVES)[Method][number];

/** What a curve shows, in words, for those that are shown first. */
export interface Curve {
  readonly name: CurveName;
  readonly label: string;
  readonly unit: string;
}

/** The curve beside the reward that says most about a method: how far the policy went, or whether it prefers what it should. */
export const MAIN_CURVE: Readonly<Record<Method, Curve>> = {
  ppo: { name: "objective/kl", label: "KL", unit: "nats an answer" },
  rloo: { name: "objective/kl", label: "KL", unit: "nats an answer" },
  grpo: { name: "entropy", label: "entropy", unit: "nats a token" },
  dpo: { name: "rewards/accuracies", label: "accuracy", unit: "share of pairs ranked right" },
};

const METHOD_NAMES: Readonly<Record<Method, string>> = {
  ppo: "PPO",
  rloo: "RLOO",
  grpo: "GRPO",
  dpo: "DPO",
};

/** The method of these settings. Settings stored before there were others than PPO name none. */
export function methodOf({ rollouts }: Pick<StudyConfig, "rollouts">): Method {
  const { method = "ppo" }: Partial<StudyConfig["rollouts"]> = rollouts;
  return method;
}

/** What it is called. */
export function methodName(config: Pick<StudyConfig, "rollouts">): string {
  return METHOD_NAMES[methodOf(config)];
}

/** Null where the step has no such number, or it is undefined. */
export function curveOf(stats: StepStats, name: CurveName): number | null {
  const values: Readonly<Record<string, unknown>> = { ...stats };
  const value = values[name];
  return typeof value === "number" ? value : null;
}
