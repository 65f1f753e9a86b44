/** Keys and values of earlier tokens while rows are decoded. */
import * as tf from "@tensorflow/tfjs-core";

export interface CacheShape {
  readonly layers: number;
  readonly rows: number;
  /** Slots a row: the new tokens that are read again, all but the last. */
  readonly slots: number;
  readonly width: number;
}

export interface LayerCache {
  /** Of the prompts, which rows may share: [prompts, length, 2·width], key | value. Padding on the right holds anything. */
  readonly prompts: tf.Tensor3D;
  /** Of the new tokens, written in place: [rows, slots, 2·width]. */
  readonly own: tf.Tensor3D;
}

/** A static cache: its shape stays the same from token to token, and so do the pipelines that read it. */
export class KvCache {
  readonly #own: readonly tf.Tensor3D[];
  readonly #prompts: tf.Tensor3D[] = [];

  constructor({ layers, rows, slots, width }: CacheShape) {
    this.#own = Array.from({ length: layers }, () =>
      tf.keep(tf.fill<tf.Rank.R3>([rows, slots, 2 * width], 0)),
    );
  }

  /** Keeps the prompts' keys and values from a layer's c_attn output, [prompts·length, 3·width]. Layers come in order. */
  addPrompts(qkv: tf.Tensor2D, prompts: number): void {
    const [tokens, columns] = qkv.shape;
    const width = columns / 3;
    const kept = tf.tidy(() =>
      tf.reshape<tf.Rank.R3>(tf.slice(qkv, [0, width], [tokens, 2 * width]), [
        prompts,
        tokens / prompts,
        2 * width,
      ]),
    );
    this.#prompts.push(tf.keep(kept));
  }

  layer(layer: number): LayerCache {
    return { prompts: this.#prompts[layer]!, own: this.#own[layer]! };
  }

  dispose(): void {
    tf.dispose([...this.#own, ...this.#prompts]);
  }
}
