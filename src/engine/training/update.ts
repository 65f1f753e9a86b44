/** One optimiser update from passes over parts of a batch: what fine-tuning, RLOO, GRPO and DPO do alike. */
import * as tf from "@tensorflow/tfjs-core";
import type { AbortSignalLike } from "../../core/abort";
import type { LabelledBatch } from "../../core/sft/labels";
import type { ForwardOptions, Gpt2 } from "../gpt2/model";
import type { AdamW } from "../optimiser/adamw";
import { checkedNorm } from "../optimiser/clip";
import { clippedUpdate } from "../optimiser/clipped-update";
import { GradientSum, type Parameter } from "../optimiser/gradients";
import { lossAndGradients } from "./backward";
import { nextTask } from "./next-task";
import { readTogether } from "./read-together";

export interface Trained {
  readonly model: Gpt2;
  readonly parameters: readonly Parameter[];
  readonly optimiser: AdamW;
}

/** What goes through the model at once. */
export interface Part {
  readonly batch: LabelledBatch;
  /** The part's share of the loss, from its target states, and what else is to be read of the pass. */
  readonly loss: (states: tf.Tensor2D) => {
    readonly loss: tf.Scalar;
    readonly observed?: readonly tf.Tensor[];
  };
  readonly options?: ForwardOptions;
}

export interface UpdateOptions {
  readonly learningRate: number;
  /** Null: gradients are not clipped. */
  readonly maxGradNorm: number | null;
  readonly signal: AbortSignalLike;
}

export interface Updated {
  /** The sum over the parts, before the update. */
  readonly loss: number;
  /** Before clipping. */
  readonly gradientNorm: number;
  /** [part][observed] */
  readonly observed: readonly (readonly Float32Array[])[];
}

/**
 * Updates the parameters by the gradient of the parts' losses together, however the batch is cut. After an abort between
 * two parts nothing is updated.
 * @throws RangeError if the gradient is not finite; the reason of an abort.
 */
export async function update(
  { model, parameters, optimiser }: Trained,
  parts: readonly Part[],
  { learningRate, maxGradNorm, signal }: UpdateOptions,
): Promise<Updated> {
  const sum = new GradientSum();
  const losses: tf.Tensor[] = [];
  const observed: tf.Tensor[][] = [];
  try {
    for (const part of parts) {
      const seen: tf.Tensor[] = [];
      observed.push(seen);
      const ofPart = (states: tf.Tensor2D) => {
        const { loss, observed: tensors = [] } = part.loss(states);
        seen.push(...tensors.map((tensor) => tf.keep(tensor)));
        return loss;
      };
      const pass = lossAndGradients(model, part.batch, parameters, ofPart, part.options);
      sum.addAll(pass.gradients);
      losses.push(pass.loss);
      await nextTask(signal);
    }
    const clipping = { maxNorm: maxGradNorm };
    losses.push(clippedUpdate(optimiser, sum.gradients, learningRate, clipping));
    sum.clear();
    const read = await readTogether([...losses, ...observed.flat()]);
    const lossOfParts = read.splice(0, parts.length);
    const [clipped] = read.splice(0, 1);
    return {
      loss: lossOfParts.reduce((total, [part]) => total + part!, 0),
      gradientNorm: checkedNorm(clipped![0]!),
      observed: observed.map(({ length }) => read.splice(0, length)),
    };
  } finally {
    sum.clear();
    tf.dispose([...losses, ...observed.flat()]);
  }
}
