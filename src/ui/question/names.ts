import type { AnswerSet } from "../../core/answers/answer";
import type { StudyConfig } from "../../core/study/config";
import { roleName } from "../controls/roles";

/**
 * "After LoRA", with its cycle where a run has several. Its spaces do not break, so that narrow columns break a name before
 * its cycle alone.
 */
export function nameOf(
  { role, cycle }: AnswerSet,
  cycles: number,
  config: Pick<StudyConfig, "rollouts">,
): string {
  const name = roleName(role, config);
  const text = role === "lora" || role === "ppo" ? `After\u00a0${name}` : name;
  return cycles > 1 && cycle > 0 ? `${text}, cycle\u00a0${cycle}` : text;
}
