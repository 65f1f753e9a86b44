/** What will happen when a run goes on, in a sentence: from where, and what is done again. */
import type { PhaseKind } from "../core/study/events";
import type { CheckpointNote } from "../storage/checkpoints";
import type { PhaseProgress } from "../core/study/phases";
import { plural } from "./plural";
import type { StudyView } from "./study-view";

const TRAINING: Readonly<Partial<Record<PhaseKind, string>>> = { lora: "LoRA", ppo: "PPO" };

/**
 * @param checkpoint  the run's newest; null if there is none.
 * @param ago         a length of time in words, from ms: "2 min".
 */
export function goOnSentence(
  { phases }: StudyView,
  checkpoint: CheckpointNote | null,
  now: number,
  ago: (ms: number) => string,
): string {
  const last = phases.at(-1);
  if (last === undefined) return "It goes on from its beginning: nothing of it is stored yet.";
  const training = TRAINING[last.phase.kind];
  if (training === undefined) {
    return "It goes on where it stood: answers and adapters that are complete are kept and not made again.";
  }
  if (checkpoint === null || !isOf(last, checkpoint)) {
    return `It goes on at the beginning of ${training} in cycle ${last.phase.cycle}: no checkpoint of it has been saved. What comes before is kept.`;
  }
  const total = last.total > 0 ? ` of ${last.total}` : "";
  const again = last.done - checkpoint.step;
  return (
    `It goes on from its last checkpoint: ${training} step ${checkpoint.step}${total}, saved ${ago(now - checkpoint.savedAt)} ago. ` +
    (again > 0
      ? plural(again, [
          "The step after it will be run again.",
          "The # steps after it will be run again.",
        ])
      : "")
  ).trim();
}

function isOf({ phase }: PhaseProgress, checkpoint: CheckpointNote): boolean {
  return phase.kind === checkpoint.phase.kind && phase.cycle === checkpoint.phase.cycle;
}
