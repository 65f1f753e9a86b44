/** A GPT-2 of any shape with random weights, as files in memory: speed does not depend on what the weights are. */
import * as v from "valibot";
import { AdapterConfig } from "../../src/core/adapter/config";
import { type NamedTensor, writeSafetensors } from "../../src/core/format/safetensors";
import { mulberry32, stream } from "../../src/core/random";
import type { LabelledSequence } from "../../src/core/sft/labels";
import { createAdapter } from "../../src/engine/adapter/attach";
import { loadGpt2, type ModelFiles } from "../../src/engine/gpt2/load";
import type { Gpt2 } from "../../src/engine/gpt2/model";
import { copyAdapter } from "./plain/adapter";
import { type PlainGpt2, readPlainWeights, type Tensors } from "./plain/model";

export interface Shape {
  readonly layers: number;
  readonly heads: number;
  readonly width: number;
  readonly vocabulary: number;
  readonly positions: number;
  /** Standard deviation of the weights; GPT-2's at initialisation, 0.02, if absent. */
  readonly deviation?: number;
}

export const GPT2_124M: Shape = {
  ...{ layers: 12, heads: 12, width: 768, vocabulary: 50257, positions: 1024 },
};

const SEED = 1;

export function randomFiles(name: string, shape: Shape): ModelFiles {
  const read = (file: string) =>
    file === "config.json" ? gpt2Config(shape) : writeSafetensors(randomTensors(shape));
  return { name, read: async (file) => read(file) };
}

/** A config.json. */
export function gpt2Config(shape: Shape): Uint8Array {
  const config = {
    ...{ model_type: "gpt2", n_layer: shape.layers, n_head: shape.heads, n_embd: shape.width },
    ...{ vocab_size: shape.vocabulary, n_positions: shape.positions },
    eos_token_id: shape.vocabulary - 1,
  };
  return new TextEncoder().encode(JSON.stringify(config));
}

/** The engine's model with a fresh rank-8 adapter on c_attn, and the plain formulation of the same. */
export interface Pair {
  readonly model: Gpt2;
  readonly plain: PlainGpt2 & { readonly adapter: Awaited<ReturnType<typeof copyAdapter>> };
}

/** @param shareWeights  the plain one computes with the engine's tensors, where both would not fit the memory. */
export async function loadPair(
  shape: Shape,
  products: PlainGpt2["products"],
  { shareWeights = false } = {},
): Promise<Pair> {
  const files = randomFiles("random GPT-2", shape);
  const model = await loadGpt2(files);
  const adapter = createAdapter(model, v.parse(AdapterConfig, {}), SEED);
  model.adapter = adapter;
  const weights: Tensors = shareWeights
    ? model.namedParameters()
    : readPlainWeights(await files.read("model.safetensors"));
  const copy = await copyAdapter(adapter);
  return { model, plain: { config: model.config, weights, adapter: copy, products } };
}

/** Rows of random tokens, all of one length and all different. */
export function randomRows(rows: number, length: number, vocabulary: number): number[][] {
  return Array.from({ length: rows }, (_, row) => {
    const random = stream(SEED, "tokens", row);
    return Array.from({ length }, () => Math.floor(random() * (vocabulary - 1)));
  });
}

/** Every token but the first is a target. */
export function randomSequences(rows: number, length: number, { vocabulary }: Shape) {
  return randomRows(rows, length, vocabulary).map((ids): LabelledSequence => ({
    ids,
    labels: ids,
  }));
}

export function randomTensors(shape: Shape): NamedTensor[] {
  const { layers, width, vocabulary, positions, deviation = 0.02 } = shape;
  const random = mulberry32(SEED);
  const tensors: NamedTensor[] = [];
  const add = (name: string, shape: readonly number[], value: () => number) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    for (let i = 0; i < data.length; i++) data[i] = value();
    tensors.push({ name, shape, data });
  };
  const draw = () => (2 * random() - 1) * deviation * Math.sqrt(3); // uniform of that deviation
  const norm = (name: string) => {
    add(`${name}.weight`, [width], () => 1);
    add(`${name}.bias`, [width], () => 0);
  };
  const map = (name: string, fanIn: number, fanOut: number) => {
    add(`${name}.weight`, [fanIn, fanOut], draw);
    add(`${name}.bias`, [fanOut], () => 0);
  };
  add("wte.weight", [vocabulary, width], draw);
  add("wpe.weight", [positions, width], draw);
  for (let layer = 0; layer < layers; layer++) {
    norm(`h.${layer}.ln_1`);
    map(`h.${layer}.attn.c_attn`, width, 3 * width);
    map(`h.${layer}.attn.c_proj`, width, width);
    norm(`h.${layer}.ln_2`);
    map(`h.${layer}.mlp.c_fc`, width, 4 * width);
    map(`h.${layer}.mlp.c_proj`, 4 * width, width);
  }
  norm("ln_f");
  return tensors;
}
