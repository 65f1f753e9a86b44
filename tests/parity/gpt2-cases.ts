/**
 * GPT-2, LoRA and decoding against the golden gpt2_lora.json, for any folder in that format: sizes, seeds and names are
 * read from the files. Runs on the current backend. Format and tolerances: golden/README.md.
 */
import * as tf from "@tensorflow/tfjs-core";
import { readPeft, type AdapterWeights } from "../../src/core/adapter/peft";
import { importAdapter, type AttachedAdapter } from "../../src/engine/adapter/attach";
import { mergeAdapter } from "../../src/engine/adapter/merge";
import { generate } from "../../src/engine/generate/generate";
import { tokenDistribution, type SamplerSettings } from "../../src/engine/generate/sampler";
import { causalAttention } from "../../src/engine/gpt2/attention";
import { loadGpt2 } from "../../src/engine/gpt2/load";
import type { Gpt2 } from "../../src/engine/gpt2/model";
import { compare, flatten, type CaseResult, type FolderReader, type Nested } from "./case";

type NamedTensors = Readonly<Record<string, Nested>>;

interface Gradients {
  readonly lora: NamedTensors | string;
  readonly loss: number;
  readonly grad: NamedTensors;
  readonly grad_norm: number;
}

interface Golden {
  readonly forward: {
    readonly input_ids: number[][];
    readonly attention_mask: number[][];
    readonly labels: number[][];
    readonly logits_base: Nested;
    readonly hidden_base: Nested;
    readonly logits_lora: Nested;
    readonly loss_base: number;
    readonly loss_lora: number;
    readonly [block: string]: Nested | undefined;
  };
  readonly lora_grad_B_zero: Gradients;
  readonly lora_grad_B_nonzero: Gradients;
  readonly full_grad: {
    readonly loss: number;
    readonly grad_norms: Readonly<Record<string, number>>;
    readonly grad_norm_total: number;
    readonly [whole: string]: unknown;
  };
  readonly decode: { readonly context: number[]; readonly next_logits: number[] } & Readonly<
    Record<string, number[]>
  >;
}

const LOGITS = { atol: 1e-3 };
const LOSS = { rtol: 1e-4 };
const GRADIENT = { rtol: 1e-3, atol: 1e-5 };
const PROBABILITY = { atol: 1e-4 };
const IGNORED_LABEL = -100;

/** Loads the folder's tiny-gpt2. */
export function loadGoldenModel(dir: FolderReader): Promise<Gpt2> {
  return loadGpt2({ name: "tiny-gpt2", read: (file) => dir.bytes(`tiny-gpt2.${extension(file)}`) });
}

/** Reads the folder's tiny-adapter. */
export async function readGoldenAdapter(dir: FolderReader): Promise<AdapterWeights> {
  return readPeft(
    await dir.text("tiny-adapter/adapter_config.json"),
    await dir.bytes("tiny-adapter/adapter_model.safetensors"),
  );
}

export async function* gpt2Cases(dir: FolderReader): AsyncGenerator<CaseResult> {
  const golden = JSON.parse(await dir.text("gpt2_lora.json")) as Golden;
  const weights = await readGoldenAdapter(dir);
  const model = await loadGoldenModel(dir);
  const adapter = importAdapter(model, weights);
  try {
    yield* forwardCases(model, adapter, golden);
    yield* loraGradientCases(model, weights, golden);
    yield* decodeCases(model, adapter, golden);
    yield* mergeCases(model, adapter, golden);
  } finally {
    adapter.dispose();
    model.dispose();
  }
  const whole = await loadGoldenModel(dir); // the merge left rounding in the other one's weights
  try {
    yield* fullGradientCases(whole, golden);
  } finally {
    whole.dispose();
  }
}

async function* forwardCases(model: Gpt2, adapter: AttachedAdapter, { forward }: Golden) {
  const ids = tf.tensor2d(forward.input_ids, undefined, "int32");
  const real = realPositions(forward.attention_mask);
  const check = async (name: string, tensor: tf.Tensor, expected: Nested) =>
    compare(name, real(await take(tensor)), real(flatten(expected)), LOGITS);

  let states = model.embed(ids);
  yield await check("forward: embeddings", states.clone(), forward.embed!);
  for (let layer = 0; layer < model.config.layers; layer++) {
    const input = states;
    const next = tf.tidy(() =>
      model.layer(layer, input, causalAttention(ids.shape, model.config.heads)),
    );
    states.dispose();
    states = next;
    const expected = forward[`block${layer}`]; // a folder may hold only some blocks
    if (expected !== undefined) {
      yield await check(`forward: block ${layer}`, states.clone(), expected);
    }
  }
  states.dispose();

  yield await check("forward: hidden states", model.hidden(ids), forward.hidden_base);
  const logits = () => tf.tidy(() => model.logits(model.hidden(ids)));
  const loss = () => take(tf.tidy(() => batchLoss(model, forward)));
  yield await check("forward: logits", logits(), forward.logits_base);
  yield compare("forward: loss", await loss(), [forward.loss_base], LOSS);
  model.adapter = adapter;
  yield await check("forward: logits with LoRA", logits(), forward.logits_lora);
  yield compare("forward: loss with LoRA", await loss(), [forward.loss_lora], LOSS);
  const off = tf.tidy(() => model.logits(model.hidden(ids, { adapterOff: true })));
  yield await check("forward: logits with LoRA switched off", off, forward.logits_base);
  model.adapter = null;
  ids.dispose();
}

async function* loraGradientCases(model: Gpt2, file: AdapterWeights, golden: Golden) {
  for (const key of ["lora_grad_B_zero", "lora_grad_B_nonzero"] as const) {
    const { lora, loss, grad, grad_norm } = golden[key];
    const adapter = importAdapter(model, typeof lora === "string" ? file : withValues(file, lora));
    model.adapter = adapter;
    const variables = adapter.variables();
    const { value, grads } = tf.variableGrads(
      () => batchLoss(model, golden.forward),
      variables.map(({ variable }) => variable),
    );
    yield compare(`${key}: loss`, await take(value), [loss], LOSS);
    const squares: number[] = [];
    for (const { name, variable } of variables) {
      const values = await take(grads[variable.name]!);
      squares.push(...Array.from(values, (g) => g * g));
      yield compare(`${key}: ${name}`, values, flatten(grad[name]!), GRADIENT);
    }
    yield compare(`${key}: gradient norm`, [Math.sqrt(sum(squares))], [grad_norm], GRADIENT);
    model.adapter = null;
    adapter.dispose();
  }
}

async function* decodeCases(model: Gpt2, adapter: AttachedAdapter, { decode }: Golden) {
  const { context, next_logits } = decode;
  const plain = { temperature: 1, topK: 0, topP: 1 };
  const ids = tf.tensor2d([context], undefined, "int32");
  const logits = await take(
    tf.tidy(() =>
      tf.slice(model.logits(model.hidden(ids)), [0, context.length - 1, 0], [1, 1, -1]),
    ),
  );
  ids.dispose();
  yield compare("decode: next logits", logits, next_logits, LOGITS);
  for (const [key, expected] of Object.entries(decode)) {
    if (key.startsWith("probs_")) {
      const settings = { ...plain, ...samplerSettings(key) };
      const actual = tokenDistribution(Float32Array.from(next_logits), settings, context);
      yield compare(`decode: ${key}`, actual, expected, PROBABILITY);
    }
    if (key.startsWith("greedy")) {
      model.adapter = key.endsWith("_lora") ? adapter : null;
      const [answer] = await generate(model, [{ ids: context, seed: 0 }], {
        ...plain,
        temperature: 0,
        maxNewTokens: expected.length - context.length,
        endOfText: null,
      });
      const different = expected.slice(context.length).filter((id, i) => id !== answer!.ids[i]);
      yield {
        name: `decode: ${key}`,
        largestError: different.length,
        tolerance: 0,
        passed: different.length === 0,
      };
      model.adapter = null;
    }
  }
}

async function* mergeCases(model: Gpt2, adapter: AttachedAdapter, { forward }: Golden) {
  const ids = tf.tensor2d(forward.input_ids, undefined, "int32");
  const real = realPositions(forward.attention_mask);
  mergeAdapter(model, adapter);
  const merged = await take(tf.tidy(() => model.logits(model.hidden(ids))));
  yield compare("merge: logits", real(merged), real(flatten(forward.logits_lora)), LOGITS);
  ids.dispose();
}

async function* fullGradientCases(model: Gpt2, { forward, full_grad }: Golden) {
  model.makeTrainable();
  const parameters = model.namedParameters();
  const { value, grads } = tf.variableGrads(
    () => batchLoss(model, forward),
    [...parameters.values()],
  );
  yield compare("full_grad: loss", await take(value), [full_grad.loss], LOSS);
  const whole = new Map(
    Object.entries(full_grad).flatMap(([key, values]) => {
      const name = parameterName(key);
      return name === null ? [] : [[name, flatten(values as Nested)] as const];
    }),
  );
  const norms: number[] = [];
  for (const [name, variable] of parameters) {
    const gradient = await take(grads[variable.name]!);
    const norm = Math.sqrt(sum(Array.from(gradient, (g) => g * g)));
    norms.push(norm);
    const expected = full_grad.grad_norms[name];
    if (expected === undefined)
      throw new RangeError(`gpt2_lora.json has no gradient norm of ${name}`);
    yield compare(`full_grad: norm of ${name}`, [norm], [expected], GRADIENT);
    const values = whole.get(name);
    // The file holds wpe's gradient only for the positions that occur; the others have none.
    const all = values?.concat(Array<number>(gradient.length - values.length).fill(0));
    if (all) yield compare(`full_grad: ${name}`, gradient, all, GRADIENT);
  }
  const total = Math.sqrt(sum(norms.map((norm) => norm * norm)));
  yield compare("full_grad: total norm", [total], [full_grad.grad_norm_total], GRADIENT);
}

/** Mean cross-entropy over the labels that count, each against the logits of the position before it. */
function batchLoss(model: Gpt2, { input_ids, labels }: Golden["forward"]): tf.Scalar {
  const logits = model.logits(model.hidden(tf.tensor2d(input_ids, undefined, "int32")));
  const [batch, length, vocabulary] = logits.shape as [number, number, number];
  const predicting = tf.slice(logits, [0, 0, 0], [batch, length - 1, vocabulary]);
  const targets = labels.map((row) => row.slice(1));
  const counted = targets.flat().filter((label) => label !== IGNORED_LABEL).length;
  // Through int32: on wasm tf.oneHot writes integers whatever type it is asked for.
  const oneHot = tf.cast(
    tf.oneHot(tf.tensor2d(targets, undefined, "int32"), vocabulary),
    "float32",
  );
  return tf.div(tf.neg(tf.sum(tf.mul(tf.logSoftmax(predicting), oneHot))), counted);
}

/** Selects what belongs to real tokens from values [batch, length, n] laid out row by row. */
function realPositions(mask: readonly (readonly number[])[]) {
  const flags = mask.flat();
  return (values: ArrayLike<number>) => {
    const each = values.length / flags.length;
    return Array.from(values).filter((_, i) => flags[Math.floor(i / each)] === 1);
  };
}

/** The adapter file's settings with other values. */
function withValues(file: AdapterWeights, values: NamedTensors): AdapterWeights {
  const tensors = file.tensors.map((tensor) => ({
    ...tensor,
    data: Float32Array.from(flatten(values[tensor.name]!)),
  }));
  return { ...file, tensors };
}

/** `probs_t07_k20_p08` → temperature 0.7, top-k 20, top-p 0.8; `rep13` is a repetition penalty of 1.3. */
function samplerSettings(key: string): Partial<SamplerSettings> {
  const digits = (pattern: RegExp) => pattern.exec(key)?.[1];
  const decimal = (text: string) => Number(`${text[0]}.${text.slice(1)}`);
  const temperature = digits(/_t(\d+)/);
  const topK = digits(/_(?:top)?k(\d+)/);
  const topP = digits(/_(?:top)?p(\d+)/);
  const repetition = digits(/_rep(\d+)/);
  return {
    ...(temperature === undefined ? {} : { temperature: decimal(temperature) }),
    ...(topK === undefined ? {} : { topK: Number(topK) }),
    ...(topP === undefined ? {} : { topP: decimal(topP) }),
    ...(repetition === undefined ? {} : { repetitionPenalty: decimal(repetition) }),
  };
}

/** The parameter whose whole gradient a key of `full_grad` holds, or null: `grad_c_attn_bias_0` → h.0.attn.c_attn.bias. */
function parameterName(key: string): string | null {
  if (key === "grad_wpe") return "wpe.weight";
  if (key === "grad_wte") return "wte.weight";
  const norm = /^grad_ln_f_(weight|bias)$/.exec(key);
  if (norm) return `ln_f.${norm[1]}`;
  const attention = /^grad_c_attn_(weight|bias)_(\d+)$/.exec(key);
  return attention ? `h.${attention[2]}.attn.c_attn.${attention[1]}` : null;
}

function extension(file: string): string {
  return file === "config.json" ? "config.json" : "safetensors";
}

/** A tensor's values; the tensor is freed. */
async function take(tensor: tf.Tensor): Promise<Float32Array> {
  const values = Float32Array.from(await tensor.data<"float32">());
  tensor.dispose();
  return values;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
