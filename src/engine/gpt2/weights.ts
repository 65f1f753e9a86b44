/** GPT-2's weights from a safetensors file, by the names that the hub gives them. */
import * as tf from "@tensorflow/tfjs-core";
import { parseSafetensors } from "../../core/format/safetensors";
import type { Gpt2Config } from "./config";

/** A linear map in Conv1D layout. */
export interface LinearWeights {
  /** `h.0.attn.c_attn`: what adapters are attached to. */
  readonly name: string;
  readonly weight: tf.Variable<tf.Rank.R2>; // [in, out]
  readonly bias: tf.Variable<tf.Rank.R1>; // [out]
}

export interface NormWeights {
  readonly gain: tf.Variable<tf.Rank.R1>; // [width]
  readonly bias: tf.Variable<tf.Rank.R1>; // [width]
}

export interface BlockWeights {
  readonly ln1: NormWeights;
  readonly cAttn: LinearWeights; // [width, 3·width]: q | k | v
  readonly attnProj: LinearWeights; // [width, width]
  readonly ln2: NormWeights;
  readonly cFc: LinearWeights; // [width, inner]
  readonly mlpProj: LinearWeights; // [inner, width]
}

export interface Gpt2Weights {
  readonly wte: tf.Variable<tf.Rank.R2>; // [vocabulary, width], also the head
  readonly wpe: tf.Variable<tf.Rank.R2>; // [positions, width]
  readonly blocks: readonly BlockWeights[];
  readonly lnF: NormWeights;
  /** Every variable once, by its hub name: `h.0.attn.c_attn.weight`. */
  readonly named: Map<string, tf.Variable>;
}

const PREFIX = /^transformer\./;
/** The causal mask as a buffer. The end alone would also match `c_attn.bias`. */
const MASK_BUFFER = /\.attn\.(bias|masked_bias)$/;
/** A copy of wte that some exports hold beside it. */
const TIED_HEAD = "lm_head.weight";

/**
 * Reads the weights as frozen variables; names may have the prefix `transformer.`.
 *
 * @throws RangeError if tensors are missing, have another shape than config.json implies, or are not GPT-2's.
 */
export function readGpt2Weights(bytes: Uint8Array, config: Gpt2Config): Gpt2Weights {
  const file = "model.safetensors";
  const entries = new Map(
    [...parseSafetensors(bytes, file).tensors]
      .map(([name, entry]) => [name.replace(PREFIX, ""), entry] as const)
      .filter(([name]) => !MASK_BUFFER.test(name) && name !== TIED_HEAD),
  );
  const shapes = expectedShapes(config);
  const missing = [...shapes.keys()].filter((name) => !entries.has(name));
  if (missing.length > 0) throw new RangeError(`${file} lacks ${missing.join(", ")}`);
  const foreign = [...entries.keys()].filter((name) => !shapes.has(name));
  if (foreign.length > 0) {
    throw new RangeError(
      `${file} holds ${foreign.join(", ")}, which a GPT-2 of ${config.layers} layers does not have`,
    );
  }
  for (const [name, shape] of shapes) {
    const found = entries.get(name)!.shape;
    if (found.join() !== shape.join()) {
      throw new RangeError(
        `${file}: ${name} has shape [${found.join(", ")}], config.json implies [${shape.join(", ")}]`,
      );
    }
  }
  const named = new Map<string, tf.Variable>();
  for (const [name, shape] of shapes) named.set(name, frozen(entries.get(name)!.read(), shape));
  return byRole(named, config);
}

function frozen(values: Float32Array, shape: readonly number[]): tf.Variable {
  return tf.tidy(() => tf.variable(tf.tensor(values, [...shape]), false));
}

function expectedShapes({ layers, width, inner, vocabulary, positions }: Gpt2Config) {
  const shapes = new Map<string, readonly number[]>([
    ["wte.weight", [vocabulary, width]],
    ["wpe.weight", [positions, width]],
  ]);
  const norm = (name: string) => shapes.set(`${name}.weight`, [width]).set(`${name}.bias`, [width]);
  const map = (name: string, fanIn: number, fanOut: number) =>
    shapes.set(`${name}.weight`, [fanIn, fanOut]).set(`${name}.bias`, [fanOut]);
  for (let layer = 0; layer < layers; layer++) {
    norm(`h.${layer}.ln_1`);
    map(`h.${layer}.attn.c_attn`, width, 3 * width);
    map(`h.${layer}.attn.c_proj`, width, width);
    norm(`h.${layer}.ln_2`);
    map(`h.${layer}.mlp.c_fc`, width, inner);
    map(`h.${layer}.mlp.c_proj`, inner, width);
  }
  norm("ln_f");
  return shapes;
}

function byRole(named: Map<string, tf.Variable>, { layers }: Gpt2Config): Gpt2Weights {
  const vector = (name: string) => named.get(name) as tf.Variable<tf.Rank.R1>;
  const matrix = (name: string) => named.get(name) as tf.Variable<tf.Rank.R2>;
  const norm = (name: string) => ({ gain: vector(`${name}.weight`), bias: vector(`${name}.bias`) });
  const map = (name: string) => ({
    name,
    weight: matrix(`${name}.weight`),
    bias: vector(`${name}.bias`),
  });
  return {
    wte: matrix("wte.weight"),
    wpe: matrix("wpe.weight"),
    blocks: Array.from({ length: layers }, (_, layer) => ({
      ln1: norm(`h.${layer}.ln_1`),
      cAttn: map(`h.${layer}.attn.c_attn`),
      attnProj: map(`h.${layer}.attn.c_proj`),
      ln2: norm(`h.${layer}.ln_2`),
      cFc: map(`h.${layer}.mlp.c_fc`),
      mlpProj: map(`h.${layer}.mlp.c_proj`),
    })),
    lnF: norm("ln_f"),
    named,
  };
}
