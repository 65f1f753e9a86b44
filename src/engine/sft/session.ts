import type { AdapterWeights } from "../../core/adapter/peft";
import type { TrainingState } from "../../core/study/checkpoint";
import type { Hooks } from "../../core/study/hooks";
import type { SftStep, SftTrainer as SftTrainerPort } from "../../core/study/trainer";
import { type AttachedAdapter, exportAdapter } from "../adapter/attach";
import type { SftTrainer } from "./trainer";

/** Fine-tuning of an attached adapter. The adapter is the caller's; the trainer is freed at the end. */
export class SftSession implements SftTrainerPort {
  readonly #adapter: AttachedAdapter;
  readonly #trainer: SftTrainer;
  readonly note: string | null;

  constructor(
    adapter: AttachedAdapter,
    trainer: SftTrainer,
    from: TrainingState | null,
    note: string | null = null,
  ) {
    this.#adapter = adapter;
    this.#trainer = trainer;
    this.note = note;
    if (from === null) return;
    try {
      trainer.restore(from);
    } catch (error) {
      trainer.dispose(); // nobody has the session to end it
      throw error;
    }
  }

  step(batch: readonly number[], { signal }: Hooks): Promise<SftStep> {
    return this.#trainer.step(batch, { signal });
  }

  snapshot(): Promise<TrainingState> {
    return this.#trainer.snapshot();
  }

  async end(): Promise<AdapterWeights> {
    this.#trainer.dispose();
    return exportAdapter(this.#adapter);
  }
}
