/** Gradients by parameter name, and their sum over micro-batches. */
import * as tf from "@tensorflow/tfjs-core";
import { join } from "../kernels/optimiser/join";
import { named } from "../kernels/optimiser/slots";

/** A trainable tensor with the name it has in files; the variable's own name is only tfjs's. */
export interface Parameter {
  readonly name: string;
  readonly variable: tf.Variable;
}

export type Gradients = ReadonlyMap<string, tf.Tensor>;

/** Gradients of one update, one after the other in one tensor. */
export interface JoinedGradients {
  /** In the order in which they lie. */
  readonly names: readonly string[];
  readonly sizes: readonly number[];
  /** [elements] */
  readonly all: tf.Tensor1D;
}

/** Copies the gradients together, in this order; those that are not there are left out. The caller disposes `all`. */
export function joinGradients(
  gradients: Gradients,
  order: Iterable<string> = gradients.keys(),
): JoinedGradients {
  const names = [...order].filter((name) => gradients.has(name));
  const tensors = names.map((name) => gradients.get(name)!);
  const all = tf.tidy(() =>
    tensors.length === 0 ? tf.zeros<tf.Rank.R1>([0]) : join(named("x", tensors), {})[0],
  );
  return { names, sizes: tensors.map(({ size }) => size), all };
}

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
