import type { TrainingState } from "../../core/study/checkpoint";
import type { Gpt2 } from "../gpt2/model";
import { type AdamSettings, AdamW } from "../optimiser/adamw";
import type { Parameter } from "../optimiser/gradients";
import { pretrainedReference, type ReferenceModel, startReference } from "./reference";
import { restoreSnapshot, snapshotOf } from "./snapshot";
import { type Part, update, type Updated, type UpdateOptions } from "./update";

/**
 * What fine-tuning, RLOO, GRPO and DPO train with: the policy's parameters, AdamW, and a reference where one is measured from. The parameters are
 * the caller's; optimiser and reference copy are its own: `dispose` frees them.
 */
export class Learner {
  readonly model: Gpt2;
  /** Null where nothing is measured from one. */
  readonly reference: ReferenceModel | null;
  readonly #parameters: readonly Parameter[];
  readonly #optimiser: AdamW;
  #steps = 0;

  /**
   * @param reference  the pretrained model, the policy as it is now, or none.
   * @param settings   of the optimiser; without them there is no weight decay.
   * @throws RangeError if the reference is to be the base model and no adapter is attached.
   */
  constructor(
    model: Gpt2,
    parameters: readonly Parameter[],
    reference: "base" | "start" | null,
    settings: Partial<AdamSettings> = {},
  ) {
    this.model = model;
    this.reference =
      reference && (reference === "base" ? pretrainedReference(model) : startReference(parameters));
    this.#parameters = parameters;
    this.#optimiser = new AdamW(parameters, settings);
  }

  /** Training steps made. */
  get steps(): number {
    return this.#steps;
  }

  /**
   * One training step: the same parts for `updates` optimiser updates.
   * @returns what each was before it was made.
   * @throws RangeError if a gradient is not finite; the reason of an abort, after which the updates made stay.
   */
  async step(parts: readonly Part[], updates: number, options: UpdateOptions): Promise<Updated[]> {
    const learner = {
      model: this.model,
      parameters: this.#parameters,
      optimiser: this.#optimiser,
    };
    const seen: Updated[] = [];
    for (let i = 0; i < updates; i++) seen.push(await update(learner, parts, options));
    this.#steps += 1;
    return seen;
  }

  /** A host copy of policy and optimiser; `step` counts steps that trained. */
  async snapshot(): Promise<TrainingState> {
    const { adamStep, tensors } = await snapshotOf(this.#parameters, this.#optimiser);
    return { step: this.#steps, state: { adamStep }, tensors };
  }

  /**
   * Goes on from a snapshot of a learner of the same policy. The reference stays: it is the policy that this one was made with.
   * @throws RangeError if it is of another model or adapter; v.ValiError if it is no snapshot of training.
   */
  restore(from: TrainingState): void {
    restoreSnapshot(this.#parameters, this.#optimiser, from);
    this.#steps = from.step;
  }

  dispose(): void {
    this.#optimiser.dispose();
    this.reference?.dispose();
  }
}
