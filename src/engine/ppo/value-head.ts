import * as tf from "@tensorflow/tfjs-core";
import { stream } from "../../core/random";
import type { Parameter } from "../optimiser/gradients";

/** Host copy of a value head. weight [width], bias [1]. */
export interface ValueHeadWeights {
  readonly weight: Float32Array;
  readonly bias: Float32Array;
}

/**
 * V(s) = h·w + b on hidden states after the final norm, as TRL's ValueHead without its dropout, which TRL's own step
 * runs without too. Owns its two variables; the names are those of TRL's state_dict.
 */
export class ValueHead {
  readonly #weight: tf.Variable; // [1, width]
  readonly #bias: tf.Variable; // [1]

  constructor({ weight, bias }: ValueHeadWeights) {
    [this.#weight, this.#bias] = tf.tidy(() => [
      tf.variable(tf.tensor2d(weight, [1, weight.length])),
      tf.variable(tf.tensor1d(bias)),
    ]);
  }

  /** Weight and bias ~ U(±1/√width), as torch draws a linear layer's. */
  static fresh(width: number, seed: number): ValueHead {
    const random = stream(seed, "value-head");
    const bound = 1 / Math.sqrt(width);
    const draw = (n: number) => Float32Array.from({ length: n }, () => (2 * random() - 1) * bound);
    return new ValueHead({ weight: draw(width), bias: draw(1) });
  }

  /** states [n, width] → [n], in score units. */
  values(states: tf.Tensor2D): tf.Tensor1D {
    return tf.tidy(() => tf.add(tf.sum(tf.mul(states, this.#weight), 1), this.#bias));
  }

  parameters(): Parameter[] {
    return [
      { name: "v_head.summary.weight", variable: this.#weight },
      { name: "v_head.summary.bias", variable: this.#bias },
    ];
  }

  async weights(): Promise<ValueHeadWeights> {
    return {
      weight: Float32Array.from(await this.#weight.data<"float32">()),
      bias: Float32Array.from(await this.#bias.data<"float32">()),
    };
  }

  dispose(): void {
    tf.dispose([this.#weight, this.#bias]);
  }
}
