/**
 * GPT-2 with LoRA as one writes it with tfjs's own operations: products and transposes as they come, the composed layer norm and
 * GELU, the whole attention matrix. It is what the engine is measured against, and shares no operation with it.
 */
import * as tf from "@tensorflow/tfjs-core";
import { parseSafetensors } from "../../../src/core/format/safetensors";
import type { Gpt2Config } from "../../../src/core/gpt2/config";

/** By hub name: `h.0.attn.c_attn.weight`, and `h.0.attn.c_attn.lora_A.weight` of an adapter. */
export type Tensors = ReadonlyMap<string, tf.Tensor>;

export interface PlainGpt2 {
  readonly config: Gpt2Config;
  readonly weights: Tensors;
  /** The adapter's A [rank, in] and B [out, rank], and what their product is scaled by. */
  readonly adapter: { readonly tensors: Tensors; readonly scaling: number };
  /** How a frozen map multiplies: [batch, length, in] as it is, or made flat, which is faster on wasm. */
  readonly products: "3d" | "2d";
}

/** Keys and values of a layer, [batch, heads, tokens, headWidth] each. */
export type KeysValues = { readonly k: tf.Tensor; readonly v: tf.Tensor };

export interface PlainOptions {
  readonly adapterOff?: boolean;
  /** Of the tokens before `ids`, a layer each. */
  readonly past?: readonly KeysValues[];
}

/** The weights of a model.safetensors, for the caller to dispose. */
export function readPlainWeights(bytes: Uint8Array): Tensors {
  const { tensors } = parseSafetensors(bytes, "model.safetensors");
  return new Map(
    [...tensors].map(([name, entry]) => [
      name.replace(/^transformer\./, ""),
      tf.tensor(entry.read(), [...entry.shape]),
    ]),
  );
}

/** ids int32 [batch, length] → hidden states after the final norm [batch, length, width], and every layer's k and v. */
export function plainHidden(
  model: PlainGpt2,
  ids: tf.Tensor2D,
  { adapterOff = false, past }: PlainOptions = {},
): { hidden: tf.Tensor; present: KeysValues[] } {
  const { layers, heads, width } = model.config;
  const [batch, length] = ids.shape;
  const before = past?.[0]?.k.shape[2] ?? 0;
  const weight = (name: string) => model.weights.get(name)!;
  const norm = (x: tf.Tensor, name: string) =>
    layerNorm(x, weight(`${name}.weight`), weight(`${name}.bias`), model.config.layerNormEpsilon);
  const linear = (x: tf.Tensor, name: string) => {
    const product = multiply(x, weight(`${name}.weight`), model.products);
    const y = tf.add(product, weight(`${name}.bias`));
    return adapterOff ? y : addLowRank(model, name, x, y);
  };
  const toHeads = (x: tf.Tensor) =>
    tf.transpose(tf.reshape(x, [batch, length, heads, width / heads]), [0, 2, 1, 3]);

  const mask = causalMask(length, before);
  const present: KeysValues[] = [];
  const places = tf.slice(weight("wpe.weight"), [before, 0], [length, width]);
  let x = tf.add(tf.gather(weight("wte.weight"), ids), places);
  for (let layer = 0; layer < layers; layer++) {
    const name = `h.${layer}`;
    const qkv = linear(norm(x, `${name}.ln_1`), `${name}.attn.c_attn`);
    const [q, k, v] = tf.split(qkv, 3, 2).map(toHeads) as [tf.Tensor, tf.Tensor, tf.Tensor];
    const earlier = past?.[layer];
    const keys = earlier ? tf.concat([earlier.k, k], 2) : k;
    const values = earlier ? tf.concat([earlier.v, v], 2) : v;
    present.push({ k: keys, v: values });
    const scores = tf.div(tf.matMul(q, keys, false, true), Math.sqrt(width / heads));
    const attended = tf.matMul(tf.softmax(tf.add(scores, mask)), values);
    const joined = tf.reshape(tf.transpose(attended, [0, 2, 1, 3]), [batch, length, width]);
    x = tf.add(x, linear(joined, `${name}.attn.c_proj`));
    const inner = gelu(linear(norm(x, `${name}.ln_2`), `${name}.mlp.c_fc`));
    x = tf.add(x, linear(inner, `${name}.mlp.c_proj`));
  }
  return { hidden: norm(x, "ln_f"), present };
}

/** Hidden states [..., width] → logits [tokens, vocabulary]. */
export function plainLogits({ config, weights }: PlainGpt2, hidden: tf.Tensor): tf.Tensor2D {
  const flat = tf.reshape(hidden, [-1, config.width]);
  return tf.matMul(flat, weights.get("wte.weight")!, false, true);
}

function multiply(x: tf.Tensor, weight: tf.Tensor, products: PlainGpt2["products"]): tf.Tensor {
  if (products === "3d") return tf.matMul(x, weight);
  const [fanIn, fanOut] = weight.shape as [number, number];
  const flat = tf.matMul(tf.reshape(x, [-1, fanIn]), weight);
  return tf.reshape(flat, [...x.shape.slice(0, -1), fanOut]);
}

/** tfjs's gradient of a product of three and two dimensions has the wrong shape, so what is trained is flat. */
function addLowRank({ adapter }: PlainGpt2, name: string, x: tf.Tensor, y: tf.Tensor): tf.Tensor {
  const a = adapter.tensors.get(`${name}.lora_A.weight`);
  const b = adapter.tensors.get(`${name}.lora_B.weight`);
  if (a === undefined || b === undefined) return y;
  const flat = tf.reshape(x, [-1, x.shape.at(-1)!]);
  const delta = tf.matMul(tf.matMul(flat, a, false, true), b, false, true);
  return tf.add(y, tf.reshape(tf.mul(delta, adapter.scaling), y.shape));
}

function layerNorm(x: tf.Tensor, gain: tf.Tensor, bias: tf.Tensor, epsilon: number): tf.Tensor {
  const centred = tf.sub(x, tf.mean(x, -1, true));
  const variance = tf.mean(tf.square(centred), -1, true);
  return tf.add(tf.mul(tf.div(centred, tf.sqrt(tf.add(variance, epsilon))), gain), bias);
}

function gelu(x: tf.Tensor): tf.Tensor {
  const cubic = tf.add(x, tf.mul(tf.pow(x, 3), 0.044715));
  const gate = tf.add(tf.tanh(tf.mul(cubic, Math.sqrt(2 / Math.PI))), 1);
  return tf.mul(tf.mul(x, 0.5), gate);
}

/** [length, before + length]: 0 where a query may look. */
function causalMask(length: number, before: number): tf.Tensor {
  const keys = before + length;
  const mask = new Float32Array(length * keys);
  for (let i = 0; i < length; i++) mask.fill(-1e9, i * keys + before + i + 1, (i + 1) * keys);
  return tf.tensor2d(mask, [length, keys]);
}
