/** Keys and values of earlier tokens, in tensors whose shape stays the same from token to token. */
import * as tf from "@tensorflow/tfjs-core";

export interface CacheShape {
  readonly layers: number;
  /** Slots a row: the longest prompt plus the tokens to come. */
  readonly capacity: number;
}

interface Slots {
  readonly keys: tf.Tensor4D; // [batch, heads, capacity, headWidth], zero where nothing was written
  readonly values: tf.Tensor4D;
}

/**
 * A static cache: on webgpu a growing one would compile new pipelines at each step. tfjs has no writes in place, so a
 * slot, zero until then, is written by adding the new vector times a one-hot column.
 */
export class KvCache {
  readonly capacity: number;
  readonly #layers: (Slots | null)[];

  constructor({ layers, capacity }: CacheShape) {
    this.capacity = capacity;
    this.#layers = Array.from({ length: layers }, () => null);
  }

  /**
   * Puts a layer's new keys and values, [batch, heads, length, headWidth], at the slots from `at` on, and returns all
   * slots. The first write of a layer may be of any length, later ones are of one token.
   */
  write(layer: number, keys: tf.Tensor4D, values: tf.Tensor4D, at: number): Slots {
    const old = this.#layers[layer];
    const slots = tf.tidy(() => ({
      keys: this.#placed(old?.keys, keys, at),
      values: this.#placed(old?.values, values, at),
    }));
    tf.keep(slots.keys);
    tf.keep(slots.values);
    if (old) tf.dispose([old.keys, old.values]);
    this.#layers[layer] = slots;
    return slots;
  }

  /** Keeps only these rows of the batch, in this order. */
  keepRows(rows: readonly number[]): void {
    const index = tf.tensor1d([...rows], "int32");
    this.#layers.forEach((old, layer) => {
      if (old === null) return;
      this.#layers[layer] = {
        keys: tf.gather(old.keys, index),
        values: tf.gather(old.values, index),
      };
      tf.dispose([old.keys, old.values]);
    });
    index.dispose();
  }

  dispose(): void {
    for (const slots of this.#layers) if (slots) tf.dispose([slots.keys, slots.values]);
    this.#layers.fill(null);
  }

  #placed(old: tf.Tensor4D | undefined, added: tf.Tensor4D, at: number): tf.Tensor4D {
    const length = added.shape[2];
    if (old === undefined) {
      return tf.pad(added, [
        [0, 0],
        [0, 0],
        [at, this.capacity - at - length],
        [0, 0],
      ]);
    }
    const column = new Float32Array(this.capacity).fill(1, at, at + 1);
    return tf.add(old, tf.mul(added, tf.tensor2d(column, [this.capacity, 1])));
  }
}
