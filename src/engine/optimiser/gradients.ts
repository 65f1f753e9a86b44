/** Gradients by parameter name, and their sum over micro-batches. */
import * as tf from "@tensorflow/tfjs-core";

/** A trainable tensor with the name it has in files; the variable's own name is only tfjs's. */
export interface Parameter {
  readonly name: string;
  readonly variable: tf.Variable;
}

export type Gradients = ReadonlyMap<string, tf.Tensor>;

/** Sums gradients over parts of a model and over micro-batches. Owns the sum, which outlives a `tf.tidy` around it. */
export class GradientSum {
  #sum = new Map<string, tf.Tensor>();

  get gradients(): Gradients {
    return this.#sum;
  }

  /** Takes the gradient over: the caller must not use or dispose it any more. */
  add(name: string, gradient: tf.Tensor): void {
    const before = this.#sum.get(name);
    this.#sum.set(name, tf.keep(before === undefined ? gradient : tf.add(before, gradient)));
    if (before !== undefined) tf.dispose([before, gradient]);
  }

  addAll(gradients: Gradients): void {
    for (const [name, gradient] of gradients) this.add(name, gradient);
  }

  /** Frees the sum and starts again from nothing. */
  clear(): void {
    tf.dispose([...this.#sum.values()]);
    this.#sum = new Map();
  }
}
