import type { TrainingPhase } from "./checkpoint";

/** The study was asked to pause and did: everything up to here is stored, and a resumed run goes on from here. */
export class PausedError extends Error {
  override readonly name = "PausedError";
  /** Where it stands; null where no training was under way. */
  readonly at: (TrainingPhase & { readonly step: number }) | null;

  constructor(at: PausedError["at"]) {
    super(at === null ? "paused" : `paused after step ${at.step} of ${trainingName(at)}`);
    this.at = at;
  }
}

/** "LoRA in cycle 1". */
export function trainingName({ kind, cycle }: TrainingPhase): string {
  return `${kind === "lora" ? "LoRA" : "PPO"} in cycle ${cycle}`;
}
