import * as tf from "@tensorflow/tfjs-core";
import type { ForwardOptions, Gpt2 } from "../gpt2/model";
import type { Parameter } from "../optimiser/gradients";

/** The frozen model that KL is measured from. */
export interface ReferenceModel {
  /** Runs `f` so that a forward pass with the options it is given is the reference's. Nothing in `f` may wait. */
  run<T>(f: (options: ForwardOptions) => T): T;
  dispose(): void;
}

/**
 * The pretrained model: the policy without its adapter. This is classic TRL's choice for a PEFT model, also where the
 * adapter was fine-tuned before, so that the penalty then pulls against the fine-tuning.
 * @throws RangeError if the model has no adapter: without one there is nothing to leave out.
 */
export function pretrainedReference(model: Gpt2): ReferenceModel {
  if (model.adapter === null) {
    throw new RangeError('no adapter is attached; take the reference "start" in place of "base"');
  }
  return { run: (f) => f({ adapterOff: true }), dispose: () => undefined };
}

/** The policy as it is now: a copy of the parameters, which take its place during a reference pass. */
export function startReference(parameters: readonly Parameter[]): ReferenceModel {
  // A copy of its own: the optimiser changes the variables in place.
  const start = parameters.map(({ variable }) => tf.keep(tf.add(variable, 0)));
  const assign = (values: readonly tf.Tensor[]) =>
    parameters.forEach(({ variable }, i) => variable.assign(values[i]!));
  return {
    run: (f) => {
      const now = parameters.map(({ variable }) => tf.keep(tf.clone(variable))); // shares the memory
      try {
        assign(start);
        return f({});
      } finally {
        assign(now);
        tf.dispose(now);
      }
    },
    dispose: () => tf.dispose(start),
  };
}
