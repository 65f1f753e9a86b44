import type { Role } from "../../core/answers/answer";

/** How each model is called and coloured, the same everywhere. */
export const ROLE_NAMES: Readonly<Record<Role, string>> = {
  baseline: "Baseline",
  target: "Target",
  lora: "LoRA",
  ppo: "PPO",
  aligned: "Aligned",
};

/** The target at the start of a cycle is drawn as the baseline: it is the model before training. */
export const ROLE_COLOURS: Readonly<Record<Role, string>> = {
  baseline: "var(--baseline)",
  target: "var(--baseline)",
  lora: "var(--lora)",
  ppo: "var(--ppo)",
  aligned: "var(--aligned)",
};
