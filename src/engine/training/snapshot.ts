/** The trained parameters and their optimiser, copied out and put back to the bit. */
import * as tf from "@tensorflow/tfjs-core";
import type { CheckpointTensor, TrainingState } from "../../core/study/checkpoint";
import { readSftState } from "../../core/study/training-state";
import type { AdamW } from "../optimiser/adamw";
import type { Parameter } from "../optimiser/gradients";

const momentName = (which: "m" | "v", parameter: string) => `adam.${which}/${parameter}`;

/** Parameters under their names, the moments under `adam.m/…` and `adam.v/…`. Two read-backs and one a parameter. */
export async function snapshotOf(
  parameters: readonly Parameter[],
  optimiser: AdamW,
): Promise<{ readonly adamStep: number; readonly tensors: TrainingState["tensors"] }> {
  const { step, moments } = await optimiser.state();
  const tensors: Record<string, CheckpointTensor> = {};
  for (const { name, variable } of parameters) {
    const { shape } = variable;
    const values = Float32Array.from(await variable.data<"float32">());
    const { m, v } = moments[name]!;
    tensors[name] = { shape, values };
    tensors[momentName("m", name)] = { shape, values: m };
    tensors[momentName("v", name)] = { shape, values: v };
  }
  return { adamStep: step, tensors };
}

/**
 * Puts parameters and optimiser back as `snapshotOf` found them.
 * @throws RangeError for a tensor that is missing or has another shape: the checkpoint is of another model or adapter.
 */
export function restoreSnapshot(
  parameters: readonly Parameter[],
  optimiser: AdamW,
  { state, tensors }: Pick<TrainingState, "state" | "tensors">,
): void {
  const found = parameters.map(({ name, variable }) => {
    const take = (key: string) => valuesOf(tensors, key, variable.shape);
    const values = take(name);
    const moments = { m: take(momentName("m", name)), v: take(momentName("v", name)) };
    return { name, variable, values, moments };
  });
  const { adamStep } = readSftState(state);
  optimiser.restore({
    step: adamStep,
    moments: Object.fromEntries(found.map(({ name, moments }) => [name, moments])),
  });
  tf.tidy(() => {
    for (const { variable, values } of found) variable.assign(tf.tensor(values, variable.shape));
  });
}

function valuesOf(
  tensors: TrainingState["tensors"],
  name: string,
  shape: readonly number[],
): Float32Array {
  const tensor = Object.hasOwn(tensors, name) ? tensors[name] : undefined;
  if (tensor?.shape.join() !== shape.join()) {
    throw new RangeError(
      `the checkpoint holds ${name} as [${tensor?.shape.join(", ") ?? "nothing"}], this model needs [${shape.join(", ")}]`,
    );
  }
  return tensor.values;
}
