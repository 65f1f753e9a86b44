/** Folds an adapter into the weights that it adapts. */
import * as tf from "@tensorflow/tfjs-core";
import type { Gpt2 } from "../gpt2/model";
import type { AttachedAdapter } from "./attach";

/**
 * W ← W + s·(B·A)ᵀ for every adapted map, W [in, out]: the model then computes without the adapter what it computed with
 * it, to float rounding. Detaches the adapter if it is the attached one; it stays its owner's.
 */
export function mergeAdapter(model: Gpt2, adapter: AttachedAdapter): void {
  for (const { name, weight } of model.linearMaps()) {
    const map = adapter.maps.get(name);
    if (map === undefined) continue;
    tf.tidy(() => {
      const delta = tf.matMul(tf.transpose(map.a), tf.transpose(map.b));
      weight.assign(tf.add(weight, tf.mul(delta, adapter.scaling)));
    });
  }
  if (model.adapter === adapter) model.adapter = null;
}
