/** Adapters of a whole model: one low-rank map for each linear map that the configuration names. */
import * as tf from "@tensorflow/tfjs-core";
import { adapterScaling, type AdapterConfig } from "../../core/adapter/config";
import { adaptedMaps, fitAdapter } from "../../core/adapter/fit";
import type { AdapterTensor, AdapterWeights } from "../../core/adapter/peft";
import { deriveSeed } from "../../core/random";
import type { Gpt2 } from "../gpt2/model";
import type { LinearWeights } from "../gpt2/weights";
import type { AdapterTerm } from "../kernels/linear-pass";
import { dropoutMask, freshMap, type LowRankMap } from "./adapter";

export interface NamedVariable {
  /** PEFT's: `h.0.attn.c_attn.lora_A.weight`. */
  readonly name: string;
  /** In PEFT's layout: A [rank, in], B [out, rank]. */
  readonly variable: tf.Variable;
}

/** Owns its variables. `model.adapter = adapter` puts it to use; whoever made it disposes it. */
export class AttachedAdapter {
  readonly config: AdapterConfig;
  readonly baseModel: string;
  /** By the adapted map's name: `h.0.attn.c_attn`. */
  readonly maps: ReadonlyMap<string, LowRankMap>;
  readonly scaling: number;

  constructor(config: AdapterConfig, baseModel: string, maps: ReadonlyMap<string, LowRankMap>) {
    this.config = config;
    this.baseModel = baseModel;
    this.maps = maps;
    this.scaling = adapterScaling(config);
  }

  /**
   * What the adapter adds to a map's output, s·x·Aᵀ·Bᵀ, or null if it does not adapt this map.
   * @param dropoutSeed  of this training step; null outside training.
   */
  term(map: string, dropoutSeed: number | null): AdapterTerm | null {
    const lowRank = this.maps.get(map);
    if (lowRank === undefined) return null;
    const { scaling } = this;
    const { loraDropout } = this.config;
    if (dropoutSeed === null || loraDropout === 0) return { ...lowRank, scaling, mask: null };
    const seed = deriveSeed(dropoutSeed, "dropout", map);
    return { ...lowRank, scaling, mask: (shape) => dropoutMask(shape, loraDropout, seed) };
  }

  /** A and B of each map, in the model's order. */
  variables(): NamedVariable[] {
    return [...this.maps].flatMap(([map, { a, b }]) => [
      { name: `${map}.lora_A.weight`, variable: a },
      { name: `${map}.lora_B.weight`, variable: b },
    ]);
  }

  dispose(): void {
    tf.dispose(this.variables().map(({ variable }) => variable));
  }
}

/**
 * A fresh adapter, which changes nothing yet. Each map draws from a seed of its own.
 * @throws RangeError if a target names no map of the model.
 */
export function createAdapter(model: Gpt2, config: AdapterConfig, seed: number): AttachedAdapter {
  const maps = targets(model, config).map(
    ({ name, weight }) =>
      [name, freshMap(config.rank, weight.shape, deriveSeed(seed, "adapter", name))] as const,
  );
  return new AttachedAdapter(config, model.name, new Map(maps));
}

/**
 * An adapter with the weights given.
 * @throws RangeError if they do not fit the model: a map without weights, weights without a map, another shape.
 */
export function importAdapter(model: Gpt2, weights: AdapterWeights): AttachedAdapter {
  const maps = model.linearMaps().map(({ name, weight }) => {
    const [fanIn, fanOut] = weight.shape;
    return { name, fanIn, fanOut };
  });
  const fitted = fitAdapter(weights, maps, model.name);
  const variable = ({ data, shape }: AdapterTensor) =>
    tf.tidy(() => tf.variable(tf.tensor2d(data, shape as [number, number])));
  const variables = fitted.map(
    ({ name, a, b }) => [name, { a: variable(a), b: variable(b) }] as const,
  );
  return new AttachedAdapter(weights.config, weights.baseModel, new Map(variables));
}

/** Copies the weights out, in PEFT's layout. */
export async function exportAdapter(adapter: AttachedAdapter): Promise<AdapterWeights> {
  const tensors = await Promise.all(
    adapter.variables().map(async ({ name, variable }) => ({
      name,
      shape: variable.shape,
      data: Float32Array.from(await variable.data<"float32">()),
    })),
  );
  return { config: adapter.config, baseModel: adapter.baseModel, tensors };
}

/** @throws RangeError if a target names no map of the model. */
export function checkTargets(model: Gpt2, config: AdapterConfig): void {
  targets(model, config);
}

const targets = (model: Gpt2, config: AdapterConfig): LinearWeights[] =>
  adaptedMaps(model.linearMaps(), config, model.name);
