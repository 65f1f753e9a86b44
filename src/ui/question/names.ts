import type { AnswerSet, Role } from "../../core/answers/answer";

/** With spaces that do not break, so that narrow columns break a name before its cycle alone. */
const TEXTS: Readonly<Record<Role, string>> = {
  baseline: "Baseline",
  target: "Target",
  lora: "After\u00a0LoRA",
  ppo: "After\u00a0PPO",
  aligned: "Aligned",
};

/** "After LoRA", with its cycle where a run has several. */
export function nameOf({ role, cycle }: AnswerSet, cycles: number): string {
  return cycles > 1 && cycle > 0 ? `${TEXTS[role]}, cycle\u00a0${cycle}` : TEXTS[role];
}
