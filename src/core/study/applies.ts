import { METHODS, type StudyConfig } from "./config";

/** What decides which settings do anything. */
export type Chosen = Pick<StudyConfig["rollouts"], "enabled" | "method"> & {
  /** Whether there are cycles at all. Default true. */
  readonly trains?: boolean;
};

/** Groups of settings that only a study with cycles heeds. */
const OF_TRAINING = [
  "selection",
  "adapter",
  "sft",
  "rollouts",
  "reward",
  "pinned",
  "checkpoints",
  ...METHODS,
];

/**
 * Whether a setting, or a group of them, does anything under what was chosen: a method's own settings only where it trains, and
 * what a batch is only for PPO, which alone can learn from one answer. Of a study without cycles nothing that trains.
 * @param path  keys from the top: ["ppo"], ["rollouts", "batch"].
 */
export function applies(
  path: readonly string[],
  { enabled, method, trains = true }: Chosen,
): boolean {
  const [group = "", key] = path;
  if (!trains && OF_TRAINING.includes(group)) return false;
  if (METHODS.some((one) => one === group)) return enabled && group === method;
  return group !== "rollouts" || key !== "batch" || method === "ppo";
}
