import { METHODS, type StudyConfig } from "./config";

/** What decides which settings do anything. */
export type Chosen = Pick<StudyConfig["rollouts"], "enabled" | "method">;

/**
 * Whether a setting, or a group of them, does anything under what was chosen: a method's own settings only where it trains, and
 * what a batch is only for PPO, which alone can learn from one answer.
 * @param path  keys from the top: ["ppo"], ["rollouts", "batch"].
 */
export function applies(path: readonly string[], { enabled, method }: Chosen): boolean {
  const [group, key] = path;
  if (METHODS.some((one) => one === group)) return enabled && group === method;
  return group !== "rollouts" || key !== "batch" || method === "ppo";
}
