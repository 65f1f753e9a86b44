/** GPT-2's weights from a safetensors file, by the names that the hub gives them. */
import * as tf from "@tensorflow/tfjs-core";
import type { HeaderTensor } from "../../core/format/safetensors";
import { openSafetensors } from "../../core/format/safetensors-stream";
import { upload } from "../webgpu/upload";
import type { Gpt2Config } from "../../core/gpt2/config";

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

/** A file of weights, opened when its turn comes. */
export interface WeightFile {
  readonly file: string;
  /** Its content in pieces of any size. */
  readonly open: () => AsyncIterable<Uint8Array>;
}

/**
 * Reads the weights as frozen variables, tensor by tensor onto the current backend; names may have the prefix
 * `transformer.`. Where it fails, nothing is left behind.
 *
 * @param files  one or more, which together hold each tensor once.
 * @throws RangeError if tensors are missing, have another shape than config.json implies, or are not GPT-2's;
 *         SyntaxError if a file is broken.
 */
export async function readGpt2Weights(
  files: readonly WeightFile[],
  config: Gpt2Config,
): Promise<Gpt2Weights> {
  const shapes = expectedShapes(config);
  const named = new Map<string, tf.Variable>();
  try {
    for (const [i, { file, open }] of files.entries()) {
      const stream = await openSafetensors(open(), file);
      const found = checkShapes(stream.entries, shapes, file);
      const isLast = i === files.length - 1;
      if (isLast) refuseMissing([...shapes.keys()], new Set([...named.keys(), ...found]), file);
      for await (const { name, values } of stream.tensors(isWeight)) {
        const variable = frozen(values, shapes.get(withoutPrefix(name))!);
        upload(variable);
        named.get(withoutPrefix(name))?.dispose(); // in two files: the later one counts
        named.set(withoutPrefix(name), variable);
      }
    }
  } catch (error) {
    tf.dispose([...named.values()]);
    throw error;
  }
  return byRole(new Map([...shapes.keys()].map((name) => [name, named.get(name)!])), config);
}

const withoutPrefix = (name: string) => name.replace(PREFIX, "");

function isWeight(name: string): boolean {
  const bare = withoutPrefix(name);
  return !MASK_BUFFER.test(bare) && bare !== TIED_HEAD;
}

/** @returns the names of the weights in the file, without their prefix. */
function checkShapes(
  entries: readonly HeaderTensor[],
  shapes: ReadonlyMap<string, readonly number[]>,
  file: string,
): string[] {
  const found = new Map(
    entries
      .filter(({ name }) => isWeight(name))
      .map(({ name, shape }) => [withoutPrefix(name), shape]),
  );
  const foreign = [...found.keys()].filter((name) => !shapes.has(name));
  if (foreign.length > 0) {
    throw new RangeError(
      `${file} holds ${foreign.join(", ")}, which a GPT-2 of this config.json does not have`,
    );
  }
  for (const [name, actual] of found) {
    const shape = shapes.get(name)!;
    if (actual.join() !== shape.join()) {
      throw new RangeError(
        `${file}: ${name} has shape [${actual.join(", ")}], config.json implies [${shape.join(", ")}]`,
      );
    }
  }
  return [...found.keys()];
}

function refuseMissing(
  expected: readonly string[],
  found: ReadonlySet<string>,
  file: string,
): void {
  const missing = expected.filter((name) => !found.has(name));
  if (missing.length > 0) throw new RangeError(`${file} lacks ${missing.join(", ")}`);
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
