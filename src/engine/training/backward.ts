/** Forward and backward passes of training, from a padded batch to the states that predict its targets. */
import * as tf from "@tensorflow/tfjs-core";
import type { LabelledBatch } from "../../core/sft/labels";
import { causalAttention } from "../gpt2/attention";
import type { ForwardOptions, Gpt2 } from "../gpt2/model";
import { type Gradients, GradientSum, type Parameter } from "../optimiser/gradients";
import { selectRows } from "./select-rows";

/**
 * Hidden states after the final norm, at the positions that predict a target: [targets, width]. Positions that
 * predict nothing, prompt and padding, cost no norm and no logits.
 */
export function targetStates(
  model: Gpt2,
  batch: LabelledBatch,
  options: ForwardOptions = {},
): tf.Tensor2D {
  return tf.tidy(() => {
    const { ids, positions, attend } = inputs(model, batch);
    return model.normalise(selectRows(model.layers(model.embed(ids), attend, options), positions));
  });
}

/**
 * The loss and its gradients, block by block from the top. As many blocks as the model's `keptBlocks` says keep what they
 * compute inside; of those below only the input is kept, and the rest is computed again when their turn comes.
 *
 * @param loss        from the target states [targets, width] to a scalar.
 * @param parameters  to differentiate by: adapter variables, base weights made trainable, and whatever `loss` uses.
 * @returns           both for the caller to dispose; a parameter that the loss does not reach has no gradient.
 */
export function lossAndGradients(
  model: Gpt2,
  batch: LabelledBatch,
  parameters: readonly Parameter[],
  loss: (states: tf.Tensor2D) => tf.Scalar,
  options: ForwardOptions = {},
): { loss: tf.Scalar; gradients: Gradients } {
  const sum = new GradientSum();
  const stages = stagesOf(parameters, model.config.layers);
  const value = tf.tidy(() => {
    const { ids, positions, attend } = inputs(model, batch);
    const { layers } = model.config;
    const firstKept = layers - Math.min(layers, model.keptBlocks);
    const states = [model.embed(ids)];
    for (let layer = 0; layer < firstKept; layer++) {
      states.push(model.layer(layer, states[layer]!, attend, options));
    }
    const below = states.at(-1)!;
    const upper = [...stages.outer, ...stages.blocks.slice(firstKept).flat()];
    const fromKept = () => {
      let x = below;
      for (let layer = firstKept; layer < layers; layer++) {
        x = model.layer(layer, x, attend, options);
      }
      return loss(model.normalise(selectRows(x, positions)));
    };
    const head = differentiate(fromKept, [below, ...upper.map(({ variable }) => variable)]);
    collect(sum, upper, head.grads.slice(1));

    let dy = head.grads[0];
    for (let layer = firstKept - 1; layer >= stages.lowest && dy; layer--) {
      const input = states[layer]!;
      const own = stages.blocks[layer]!;
      const by = own.map(({ variable }) => variable);
      const at = { x: input, dy: dy as tf.Tensor2D };
      const { dx, gradients } = model.layerBackward(layer, at, by, attend, options);
      collect(sum, own, gradients);
      tf.dispose(dy);
      dy = dx;
    }
    if (stages.embeddings.length > 0 && dy) {
      const variables = stages.embeddings.map(({ variable }) => variable);
      const { grads } = differentiate(() => model.embed(ids), variables, dy as tf.Tensor2D);
      collect(sum, stages.embeddings, grads);
    }
    return head.value;
  });
  return { loss: value, gradients: sum.gradients };
}

/** Parameters by the part of the model they act in. The tied wte acts twice; `outer` is what is in no block. */
function stagesOf(parameters: readonly Parameter[], layers: number) {
  const blocks = Array.from({ length: layers }, (_, layer) =>
    parameters.filter(({ name }) => name.startsWith(`h.${layer}.`)),
  );
  const inBlocks = new Set(blocks.flat());
  const outer = parameters.filter((parameter) => !inBlocks.has(parameter));
  const embeddings = outer.filter(({ name }) => name === "wte.weight" || name === "wpe.weight");
  const firstBlock = blocks.findIndex((own) => own.length > 0);
  const lowest = embeddings.length > 0 ? 0 : firstBlock === -1 ? layers : firstBlock;
  return { blocks, outer, embeddings, lowest };
}

/** tf.grads with a start value and with inputs that the function may not reach. */
function differentiate<T extends tf.Tensor>(f: () => T, by: tf.Tensor[], dy?: T) {
  const { value, grads } = tf.engine().gradients(f, by, dy, true);
  return { value, grads: grads as (tf.Tensor | undefined)[] };
}

function collect(
  sum: GradientSum,
  parameters: readonly Parameter[],
  gradients: readonly (tf.Tensor | undefined)[],
): void {
  parameters.forEach(({ name }, i) => {
    const gradient = gradients[i];
    if (gradient) sum.add(name, gradient);
  });
}

function inputs({ config }: Gpt2, { ids, rows, columns, positions }: LabelledBatch) {
  return {
    ids: tf.tensor2d(ids, [rows, columns], "int32"),
    positions: tf.tensor1d(positions, "int32"),
    attend: causalAttention([rows, columns], config.heads),
  };
}
