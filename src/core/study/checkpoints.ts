/** Saves a training phase while it runs: at the times the settings ask for, when it ends, and when it is to pause. */
import type { Checkpoint, TrainingPhase, TrainingState } from "./checkpoint";
import type { Run } from "./context";
import { PausedError } from "./paused";

const MINUTE = 60_000; // ms

export class Checkpoints {
  readonly #phase: TrainingPhase;
  readonly #run: Run;
  #savedStep: number;
  #savedAt = Date.now();

  /** @param from  the step that the phase goes on from, which is saved already; 0 at its start. */
  constructor(phase: TrainingPhase, from: number, run: Run) {
    this.#phase = phase;
    this.#savedStep = from;
    this.#run = run;
  }

  /**
   * To be called where the phase can be gone on from.
   * @param last      the phase ends here.
   * @param snapshot  called if it is to be saved now.
   * @throws PausedError, once it is saved, where the run is to pause.
   */
  async at(
    step: number,
    last: boolean,
    snapshot: () => Promise<Omit<TrainingState, "step">>,
  ): Promise<void> {
    const pauses = this.#run.pause?.aborted ?? false;
    if ((pauses || last || this.#isDue(step)) && (step > this.#savedStep || last)) {
      const { state, tensors } = await snapshot();
      this.#run.signal.throwIfAborted(); // a device that failed is known to once it was read
      const checkpoint: Checkpoint = { phase: this.#phase, step, state, tensors };
      await this.#run.ports.store.saveCheckpoint(checkpoint);
      this.#savedStep = step;
      this.#savedAt = Date.now();
    }
    if (pauses) throw new PausedError({ ...this.#phase, step });
  }

  #isDue(step: number): boolean {
    const { everySteps, everyMinutes } = this.#run.config.checkpoints;
    return (
      step - this.#savedStep >= everySteps || Date.now() - this.#savedAt >= everyMinutes * MINUTE
    );
  }
}
