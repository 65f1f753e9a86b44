import * as tf from "@tensorflow/tfjs-core";
import { adamUpdate } from "../kernels/optimiser/adam";
import { duplicate } from "../kernels/optimiser/duplicate";
import { named } from "../kernels/optimiser/slots";
import { type Gradients, joinGradients, type JoinedGradients, type Parameter } from "./gradients";

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

/** Parameters and moments of some moment, on the device. */
export interface SavePoint {
  /** Puts them back, once. */
  restore(): void;
  dispose(): void;
}

interface Place {
  readonly variable: tf.Variable;
  /** Where its moments begin. */
  readonly offset: number;
}

/**
 * Adam and AdamW with PyTorch's arithmetic.
 *
 *   g ← g + wd·θ (L2)  or  θ ← (1 − lr·wd)·θ (decoupled)
 *   m ← β₁m + (1−β₁)g,   v ← β₂v + (1−β₂)g²,   θ ← θ − lr/(1−β₁ᵗ) · m / (√v/√(1−β₂ᵗ) + ε)
 *
 * Owns the moments, of all parameters in one tensor; the parameters stay their owner's. All are updated in one
 * dispatch, on webgpu in place, without a read-back.
 * @see Kingma and Ba 2015, arXiv:1412.6980; Loshchilov and Hutter 2019, arXiv:1711.05101.
 */
export class AdamW {
  readonly #settings: AdamSettings;
  readonly #places: ReadonlyMap<string, Place>;
  #moments: tf.Tensor2D; // m and v of every weight
  #step = 0;

  constructor(parameters: readonly Parameter[], settings: Partial<AdamSettings> = {}) {
    this.#settings = { ...DEFAULTS, ...settings };
    let size = 0;
    const places = parameters.map(({ name, variable }) => {
      const offset = size;
      size += variable.size;
      return [name, { variable, offset }] as const;
    });
    this.#places = new Map(places);
    this.#moments = tf.keep(tf.zeros<tf.Rank.R2>([size, 2]));
  }

  /** Updates made so far. */
  get step(): number {
    return this.#step;
  }

  /**
   * The gradients as `apply` takes them, which the caller disposes.
   * @throws RangeError for a gradient of a parameter that is not the optimiser's.
   */
  join(gradients: Gradients): JoinedGradients {
    const unknown = [...gradients.keys()].find((name) => !this.#places.has(name));
    if (unknown !== undefined) {
      throw new RangeError(`${unknown} is no parameter of this optimiser`);
    }
    return joinGradients(gradients, this.#places.keys());
  }

  /**
   * One update. A parameter without a gradient stays as it is; a gradient of 0 still moves it by momentum. If the norm is
   * not finite, nothing changes.
   *
   * @param joined  from `join`.
   * @param clip    [norm, factor], from `measureGradients`; absent: gradients as they are.
   */
  apply({ names, all }: JoinedGradients, learningRate: number, clip?: tf.Tensor1D): void {
    const { beta1, beta2, epsilon, weightDecay, decoupled } = this.#settings;
    this.#step += 1;
    const scalars = {
      ...{ beta1, beta2, epsilon },
      decay: decoupled ? 1 - learningRate * weightDecay : 1,
      l2: decoupled ? 0 : weightDecay,
      rate: learningRate / (1 - beta1 ** this.#step),
      root: Math.sqrt(1 - beta2 ** this.#step),
    };
    tf.tidy(() => {
      const shared = { clip: clip ?? tf.tensor1d([0, 1]), moments: this.#moments, gradients: all };
      let firstGradient = 0;
      for (const run of neighbours(names.map((name) => this.#places.get(name)!))) {
        const weights = run.map(({ variable }) => variable);
        const [, ...updated] = adamUpdate(
          { ...shared, ...named("w", weights) },
          { ...scalars, firstMoment: run[0]!.offset, firstGradient },
        );
        weights.forEach((variable, i) => variable.assign(updated[i]!));
        firstGradient += weights.reduce((sum, { size }) => sum + size, 0);
      }
    });
  }

  /** To undo the updates made from here on, without a read-back. */
  savePoint(): SavePoint {
    const places = [...this.#places.values()];
    const copy = (tensor: tf.Tensor) => tf.keep(tf.tidy(() => duplicate({ x: tensor }, {})[0]));
    const step = this.#step;
    const moments = copy(this.#moments) as tf.Tensor2D;
    const weights = places.map(({ variable }) => copy(variable));
    return {
      restore: () => {
        this.#step = step;
        this.#moments.dispose();
        this.#moments = tf.keep(tf.clone(moments));
        places.forEach(({ variable }, i) => variable.assign(weights[i]!));
      },
      dispose: () => tf.dispose([moments, ...weights]),
    };
  }

  /** A host copy of step and moments. */
  async state(): Promise<AdamState> {
    const values = await this.#moments.data<"float32">();
    const moments: Record<string, { m: Float32Array; v: Float32Array }> = {};
    for (const [name, { variable, offset }] of this.#places) {
      const every = (which: number) =>
        Float32Array.from({ length: variable.size }, (_, i) => values[2 * (offset + i) + which]!);
      moments[name] = { m: every(0), v: every(1) };
    }
    return { step: this.#step, moments };
  }

  /** @throws RangeError if a parameter's moments are missing or have another size. */
  restore({ step, moments }: AdamState): void {
    const values = new Float32Array(this.#moments.size);
    for (const [name, { variable, offset }] of this.#places) {
      const saved = moments[name];
      if (saved?.m.length !== variable.size || saved.v.length !== variable.size) {
        throw new RangeError(
          `the saved optimiser has ${saved?.m.length ?? "no"} moments for ${name}, which has ${variable.size} weights`,
        );
      }
      saved.m.forEach((m, i) => (values[2 * (offset + i)] = m));
      saved.v.forEach((v, i) => (values[2 * (offset + i) + 1] = v));
    }
    this.#moments.dispose();
    this.#moments = tf.keep(tf.tensor2d(values, [values.length / 2, 2]));
    this.#step = step;
  }

  dispose(): void {
    this.#moments.dispose();
  }
}

/** Places whose moments lie one after the other, together: one run, if every parameter has a gradient. */
function neighbours(places: readonly Place[]): Place[][] {
  const runs: Place[][] = [];
  let end: number | null = null;
  for (const place of places) {
    if (place.offset === end) runs.at(-1)!.push(place);
    else runs.push([place]);
    end = place.offset + place.variable.size;
  }
  return runs;
}
