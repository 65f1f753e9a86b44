import * as tf from "@tensorflow/tfjs-core";
import type { Gradients, Parameter } from "./gradients";

export interface AdamSettings {
  readonly beta1: number;
  readonly beta2: number;
  readonly epsilon: number;
  readonly weightDecay: number;
  /** True: AdamW, the decay apart from the gradient. False: Adam with L2, the decay added to it. */
  readonly decoupled: boolean;
}

/** PyTorch's: Adam and AdamW are the same without weight decay. */
const DEFAULTS: AdamSettings = {
  beta1: 0.9,
  beta2: 0.999,
  epsilon: 1e-8,
  weightDecay: 0,
  decoupled: true,
};

/** What resuming needs, by parameter name; arrays are as long as the parameter. */
export interface AdamState {
  readonly step: number;
  readonly moments: Readonly<
    Record<string, { readonly m: Float32Array; readonly v: Float32Array }>
  >;
}

interface Moments {
  readonly parameter: Parameter;
  readonly m: tf.Variable;
  readonly v: tf.Variable;
}

/**
 * Adam and AdamW with PyTorch's arithmetic.
 *
 *   g ← g + wd·θ (L2)  or  θ ← (1 − lr·wd)·θ (decoupled)
 *   m ← β₁m + (1−β₁)g,   v ← β₂v + (1−β₂)g²,   θ ← θ − lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε)
 *
 * Owns the moments; the parameters stay their owner's.
 * @see Kingma and Ba 2015, arXiv:1412.6980; Loshchilov and Hutter 2019, arXiv:1711.05101.
 */
export class AdamW {
  readonly #settings: AdamSettings;
  readonly #moments: ReadonlyMap<string, Moments>;
  #step = 0;

  constructor(parameters: readonly Parameter[], settings: Partial<AdamSettings> = {}) {
    this.#settings = { ...DEFAULTS, ...settings };
    const zeros = ({ shape }: tf.Variable) => tf.tidy(() => tf.variable(tf.zeros(shape), false));
    this.#moments = new Map(
      parameters.map((parameter) => [
        parameter.name,
        { parameter, m: zeros(parameter.variable), v: zeros(parameter.variable) },
      ]),
    );
  }

  /** Updates made so far. */
  get step(): number {
    return this.#step;
  }

  /**
   * One update. A parameter without a gradient stays as it is; a gradient of 0 still moves it by momentum.
   *
   * @param scale  factor on every gradient, such as the clipping's.
   * @throws RangeError for a gradient of a parameter that is not the optimiser's.
   */
  apply(gradients: Gradients, learningRate: number, scale = 1): void {
    const { beta1, beta2, epsilon, weightDecay, decoupled } = this.#settings;
    this.#step += 1;
    const [correction1, correction2] = [1 - beta1 ** this.#step, 1 - beta2 ** this.#step];

    for (const [name, gradient] of gradients) {
      const moments = this.#moments.get(name);
      if (moments === undefined) throw new RangeError(`${name} is no parameter of this optimiser`);
      tf.tidy(() => {
        const { m, v } = moments;
        const { variable } = moments.parameter;
        const scaled = tf.mul(gradient, scale);
        const g = decoupled ? scaled : tf.add(scaled, tf.mul(variable, weightDecay));
        m.assign(tf.add(tf.mul(m, beta1), tf.mul(g, 1 - beta1)));
        v.assign(tf.add(tf.mul(v, beta2), tf.mul(tf.square(g), 1 - beta2)));
        const size = tf.add(tf.div(tf.sqrt(v), Math.sqrt(correction2)), epsilon);
        const update = tf.mul(tf.div(m, size), learningRate / correction1);
        const kept = decoupled ? tf.mul(variable, 1 - learningRate * weightDecay) : variable;
        variable.assign(tf.sub(kept, update));
      });
    }
  }

  /** A host copy of step and moments. */
  async state(): Promise<AdamState> {
    const moments: Record<string, { m: Float32Array; v: Float32Array }> = {};
    for (const [name, { m, v }] of this.#moments) {
      moments[name] = {
        m: Float32Array.from(await m.data()),
        v: Float32Array.from(await v.data()),
      };
    }
    return { step: this.#step, moments };
  }

  /** @throws RangeError if a parameter's moments are missing or have another size. */
  restore({ step, moments }: AdamState): void {
    for (const [name, { m, v }] of this.#moments) {
      const saved = moments[name];
      if (saved?.m.length !== m.size || saved.v.length !== v.size) {
        throw new RangeError(
          `the saved optimiser has ${saved?.m.length ?? "no"} moments for ${name}, which has ${m.size} weights`,
        );
      }
      tf.tidy(() => {
        m.assign(tf.tensor(saved.m, m.shape));
        v.assign(tf.tensor(saved.v, v.shape));
      });
    }
    this.#step = step;
  }

  dispose(): void {
    for (const { m, v } of this.#moments.values()) tf.dispose([m, v]);
  }
}
