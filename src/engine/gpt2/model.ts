/** GPT-2 (Radford et al. 2019), frozen unless asked otherwise, with an adapter that can be switched off per call. */
import * as tf from "@tensorflow/tfjs-core";
import type { AttachedAdapter } from "../adapter/attach";
import { embedding } from "../kernels/embedding";
import { layerNorm } from "../kernels/layer-norm";
import { project } from "../kernels/project";
import { isTrainable } from "../kernels/linear-pass";
import { isSlowTransposed } from "../kernels/product";
import { type Attend, causalAttention } from "./attention";
import { block } from "./block";
import type { Gpt2Config } from "../../core/gpt2/config";
import type { Gpt2Weights, LinearWeights } from "./weights";

export interface ForwardOptions {
  /** Leave the adapter out: the reference model. */
  readonly adapterOff?: boolean;
  /** Seed of the adapter's dropout in a training step; null or absent: no dropout. */
  readonly dropoutSeed?: number | null;
}

export class Gpt2 {
  readonly config: Gpt2Config;
  readonly name: string;
  /** The owner attaches and disposes it; null is the pretrained model. */
  adapter: AttachedAdapter | null = null;
  /** Blocks, counted from the top, that keep for the backward pass what they compute inside; the others compute it again. */
  keptBlocks: number;
  readonly #weights: Gpt2Weights;
  /** wteᵀ, kept on wasm, where each product with it would transpose it again. */
  #head: tf.Tensor2D | null = null;

  constructor(name: string, config: Gpt2Config, weights: Gpt2Weights) {
    this.name = name;
    this.config = config;
    this.keptBlocks = config.layers;
    this.#weights = weights;
  }

  /**
   * Hidden states after the final layer norm, differentiable with respect to the adapter's variables and to the base
   * weights that are trainable. Rows are padded on the right, where causal attention needs no mask.
   *
   * @param ids  int32 [batch, length]
   * @returns    [batch, length, width]
   * @throws RangeError if the sequences are longer than the model's positions.
   */
  hidden(ids: tf.Tensor2D, options: ForwardOptions = {}): tf.Tensor3D {
    const [batch, length] = ids.shape;
    return tf.tidy(() => {
      const attend = causalAttention([batch, length], this.config.heads);
      const x = this.layers(this.embed(ids), attend, options);
      return tf.reshape(this.normalise(x), [batch, length, this.config.width]);
    });
  }

  /** Next-token logits by the tied head: hidden [..., width] → [..., vocabulary]. */
  logits(hidden: tf.Tensor): tf.Tensor {
    const { width, vocabulary } = this.config;
    return tf.tidy(() => {
      const flat = tf.reshape<tf.Rank.R2>(hidden, [-1, width]);
      const logits = project(flat, this.#weights.wte, this.transposedHead());
      return tf.reshape(logits, [...hidden.shape.slice(0, -1), vocabulary]);
    });
  }

  /**
   * Token plus position embeddings. ids int32 [batch, length] → [batch·length, width].
   * @throws RangeError if the sequences are longer than the model's positions.
   */
  embed(ids: tf.Tensor2D): tf.Tensor2D {
    const [batch, length] = ids.shape;
    const { positions, width } = this.config;
    const { wte, wpe } = this.#weights;
    if (length > positions) {
      throw new RangeError(
        `${length} tokens are more than the ${positions} positions of ${this.name}; shorten the text`,
      );
    }
    return tf.tidy(() => {
      const tokens = embedding(tf.reshape(ids, [-1]), wte);
      const places = tf.slice(wpe, 0, length);
      return tf.reshape(tf.add(tf.reshape(tokens, [batch, length, width]), places), [-1, width]);
    });
  }

  /** All blocks, from embeddings to the states before the final norm: [batch·length, width] → the same shape. */
  layers(embedded: tf.Tensor2D, attend: Attend, options: ForwardOptions = {}): tf.Tensor2D {
    return this.#weights.blocks.reduce(
      (x, _, layer) => this.layer(layer, x, attend, options),
      embedded,
    );
  }

  /** One block: [batch·length, width] → the same shape. */
  layer(layer: number, x: tf.Tensor2D, attend: Attend, options: ForwardOptions = {}): tf.Tensor2D {
    return this.#block(layer, x, attend, options, false);
  }

  /**
   * One block's gradients at its input x. What the block computes inside is computed again, but for its output, which no
   * gradient needs: a third of its arithmetic.
   *
   * @param dy  the gradient with respect to the block's output, [batch·length, width].
   * @param by  variables of the block that the gradient is wanted for.
   * @returns   the gradients of x and of each variable, in order; undefined where the block does not use one.
   */
  layerBackward(
    layer: number,
    { x, dy }: { readonly x: tf.Tensor2D; readonly dy: tf.Tensor2D },
    by: readonly tf.Variable[],
    attend: Attend,
    options: ForwardOptions = {},
  ): { dx: tf.Tensor2D; gradients: (tf.Tensor | undefined)[] } {
    const again = () => this.#block(layer, x, attend, options, true);
    const { value, grads } = tf.engine().gradients(again, [x, ...by], dy, true);
    value.dispose();
    const [dx, ...gradients] = grads as [tf.Tensor2D, ...(tf.Tensor | undefined)[]];
    return { dx, gradients };
  }

  /** The final layer norm: [n, width] → the same shape. */
  normalise(x: tf.Tensor2D): tf.Tensor2D {
    const { gain, bias } = this.#weights.lnF;
    return layerNorm(x, gain, bias, this.config.layerNormEpsilon);
  }

  /** The base weights by their role. */
  get weights(): Gpt2Weights {
    return this.#weights;
  }

  /** The linear maps that an adapter can attach to, in the order of computation. */
  linearMaps(): LinearWeights[] {
    return this.#weights.blocks.flatMap(({ cAttn, attnProj, cFc, mlpProj }) => [
      cAttn,
      attnProj,
      cFc,
      mlpProj,
    ]);
  }

  /** The base weights by their hub names, without `transformer.`. */
  namedParameters(): Map<string, tf.Variable> {
    return new Map(this.#weights.named);
  }

  /** Gives every base weight gradients, as full fine-tuning needs. */
  makeTrainable(): void {
    for (const variable of this.#weights.named.values()) variable.trainable = true;
    this.#head?.dispose();
    this.#head = null;
  }

  /** Frees the base weights; the adapter is its owner's. */
  dispose(): void {
    this.#head?.dispose();
    tf.dispose([...this.#weights.named.values()]);
  }

  #block(
    layer: number,
    x: tf.Tensor2D,
    attend: Attend,
    { adapterOff = false, dropoutSeed = null }: ForwardOptions,
    valueUnused: boolean,
  ): tf.Tensor2D {
    const adapter = adapterOff ? null : this.adapter;
    return tf.tidy(() =>
      block(x, this.#weights.blocks[layer]!, {
        epsilon: this.config.layerNormEpsilon,
        adapterOf: ({ name }) => adapter?.term(name, dropoutSeed) ?? null,
        attend,
        valueUnused,
      }),
    );
  }

  /** Whether `transposedHead` has been asked for, and holds memory. */
  get keepsTransposedHead(): boolean {
    return this.#head !== null;
  }

  /** wteᵀ where this backend multiplies faster by it and it may be kept, otherwise null. The model frees it. */
  transposedHead(): tf.Tensor2D | null {
    const { wte } = this.#weights;
    if (!isSlowTransposed() || isTrainable(wte)) return null;
    this.#head ??= tf.keep(tf.transpose(wte));
    return this.#head;
  }
}
