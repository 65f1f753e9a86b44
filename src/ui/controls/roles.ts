import type { Role } from "../../core/answers/answer";
import type { StudyConfig } from "../../core/study/config";
import { methodName } from "../../core/study/curves";

/** How each model is called and coloured, the same everywhere. */
export const ROLE_NAMES: Readonly<Record<Role, string>> = {
  baseline: "Baseline",
  target: "Target",
  lora: "LoRA",
  ppo: "PPO",
  aligned: "Aligned",
};

/** In a study of these settings: the model after the phase that follows LoRA has the name of that phase's method. */
export function roleName(role: Role, config: Pick<StudyConfig, "rollouts">): string {
  return role === "ppo" ? methodName(config) : ROLE_NAMES[role];
}

/** The target at the start of a cycle is drawn as the baseline: it is the model before training. */
export const ROLE_COLOURS: Readonly<Record<Role, string>> = {
  baseline: "var(--baseline)",
  target: "var(--baseline)",
  lora: "var(--lora)",
  ppo: "var(--ppo)",
  aligned: "var(--aligned)",
};
