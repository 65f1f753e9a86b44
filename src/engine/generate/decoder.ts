/** Decodes a batch token by token: what lies on the device while rows are sampled, and the kernels of one step. */
import * as tf from "@tensorflow/tfjs-core";
import type { WebGPUBackend } from "@tensorflow/tfjs-backend-webgpu";
import { stream } from "../../core/random";
import { causalAttention } from "../gpt2/attention";
import { KvCache } from "../gpt2/kv-cache";
import type { Gpt2 } from "../gpt2/model";
import { WIDEST_HEAD } from "../kernels/attention/tile";
import { attendOne } from "../kernels/decode/attend";
import { embedLast } from "../kernels/decode/embed";
import { headLogits } from "../kernels/decode/head";
import { innerLayer } from "../kernels/decode/inner";
import { projectQkv } from "../kernels/decode/project-qkv";
import { addProjection } from "../kernels/decode/residual";
import { type LiveRow, rowTable } from "../kernels/decode/rows";
import { sampleNext } from "../kernels/decode/sample";
import { submit } from "../webgpu/internals";
import { RepeatedWork } from "../webgpu/repeated-work";
import { DecodeWeights } from "./decode-weights";
import { promptTensor, type PromptTable, sharePrompts } from "./prompts";
import type { SamplerSettings } from "./sampler";

export interface DecoderRow {
  readonly ids: readonly number[];
  readonly seed: number;
}

export interface DecoderOptions {
  readonly settings: SamplerSettings;
  /** Tokens drawn at most. */
  readonly steps: number;
  readonly adapterOff: boolean;
  /** Whether webgpu may be given a token's commands again, in place of computing them anew. Default true. */
  readonly replay?: boolean;
}

/** A decoded token is 5 dispatches a layer and 3 more: embedding, head, sampling. */
export class Decoder {
  readonly #model: Gpt2;
  readonly #options: DecoderOptions;
  readonly #table: PromptTable;
  readonly #weights: DecodeWeights;
  readonly #cache: KvCache;
  readonly #draws: tf.Tensor2D; // int32 [rows, steps]
  readonly #tokens: tf.Tensor2D; // int32 [rows, steps]
  readonly #seen: tf.Tensor2D | undefined; // int32 [rows, ⌈vocabulary/32⌉]
  readonly #token: RepeatedWork;
  #live: tf.Tensor2D; // int32 [live, 4]
  #drawn = 0;

  constructor(model: Gpt2, rows: readonly DecoderRow[], options: DecoderOptions) {
    checkHeads(model);
    const { layers, width, vocabulary } = model.config;
    const { steps, settings } = options;
    const shape: [number, number] = [rows.length, steps];
    this.#model = model;
    this.#options = options;
    this.#table = sharePrompts(rows.map(({ ids }) => ids));
    this.#weights = new DecodeWeights(model, options.adapterOff ? null : model.adapter);
    this.#cache = new KvCache({ layers, rows: rows.length, slots: Math.max(1, steps - 1), width });
    this.#draws = tf.tensor2d(drawsOf(rows, steps), shape, "int32");
    this.#tokens = tf.tensor2d(new Int32Array(rows.length * steps), shape, "int32");
    const penalised = (settings.repetitionPenalty ?? 1) !== 1;
    this.#seen = penalised ? occurrences(rows, vocabulary) : undefined;
    this.#live = rowTable(this.#table.rows.map((row) => ({ ...row, drawn: 0 })));
    this.#token = new RepeatedWork(() => this.#compute(), options);
  }

  /**
   * Computes the prompts, each different one once, and draws every row's first token.
   * @param rest  called between layers; what it throws ends the call.
   */
  async start(rest: () => Promise<void>): Promise<void> {
    const { prompts, rows } = this.#table;
    const { heads } = this.#model.config;
    const ids = promptTensor(prompts);
    const shape = ids.shape;
    const attend = causalAttention(shape, heads);
    let states = this.#model.embed(ids);
    ids.dispose();
    try {
      for (let layer = 0; layer < this.#model.config.layers; layer++) {
        const input = states;
        states = tf.tidy(() => {
          const observe = (qkv: tf.Tensor2D) => this.#cache.addPrompts(qkv, prompts.length);
          const { adapterOff } = this.#options;
          return this.#model.layer(layer, input, { ...attend, observe }, { adapterOff });
        });
        input.dispose();
        handOver();
        await rest();
      }
      const last = rows.map(({ prompt, promptLength }) => prompt * shape[1] + promptLength - 1);
      tf.tidy(() => this.#sample(tf.gather(states, tf.tensor1d(last, "int32"))));
      this.#drawn = 1;
    } finally {
      states.dispose();
    }
  }

  /** Computes the tokens drawn last and draws the next ones. Every step uses the same tensors until rows are dropped. */
  step(): void {
    this.#token.run();
    this.#drawn += 1;
  }

  #compute(): void {
    const { wte, wpe, blocks } = this.#weights;
    const { heads, layerNormEpsilon: epsilon } = this.#model.config;
    const rows = this.#live;
    let [x] = embedLast({ wte, wpe, rows, tokens: this.#tokens }, {});
    blocks.forEach(({ norm1, cAttn, attnProj, norm2, cFc, mlpProj }, layer) => {
      const { prompts, own: cache } = this.#cache.layer(layer);
      const [q] = projectQkv({ x, norm: norm1, ...cAttn, rows, cache }, { epsilon });
      const [attended] = attendOne({ q, prompts, cache, rows }, { heads });
      [x] = addProjection({ x: attended, residual: x, ...attnProj }, {});
      const [inner] = innerLayer({ x, norm: norm2, ...cFc }, { epsilon });
      [x] = addProjection({ x: inner, residual: x, ...mlpProj }, {});
    });
    this.#sample(x);
  }

  /** All tokens drawn so far, int32 [rows, steps]: a read-back. */
  async read(): Promise<Int32Array> {
    return this.#tokens.data<"int32">();
  }

  /** Goes on with these rows of the batch only. */
  keep(rows: readonly number[]): void {
    this.#token.forget();
    this.#live.dispose();
    const drawn = this.#drawn;
    this.#live = rowTable(rows.map((row): LiveRow => ({ ...this.#table.rows[row]!, drawn })));
  }

  dispose(): void {
    this.#token.forget();
    this.#weights.dispose();
    this.#cache.dispose();
    tf.dispose([this.#draws, this.#tokens, this.#live]);
    this.#seen?.dispose();
  }

  #sample(x: tf.Tensor2D): void {
    const { wte: weight, normF: norm } = this.#weights;
    const transposed = this.#model.transposedHead() ?? undefined;
    const [logits] = headLogits(
      { x, norm, weight, transposed },
      { epsilon: this.#model.config.layerNormEpsilon },
    );
    sampleNext(
      { logits, rows: this.#live, draws: this.#draws, tokens: this.#tokens, seen: this.#seen },
      this.#options.settings,
    );
  }
}

/** tfjs gives back what queued commands use only when they are handed to the device: without this the prompts' pass would hold two layers' tensors. */
function handOver(): void {
  if (tf.getBackend() === "webgpu") submit(tf.backend() as WebGPUBackend);
}

/** Each row's uniforms, from a stream of its own, as the bits of u·2³². */
function drawsOf(rows: readonly DecoderRow[], steps: number): Int32Array {
  const draws = new Int32Array(rows.length * steps);
  rows.forEach(({ seed }, row) => {
    const random = stream(seed, "sample");
    for (let step = 0; step < steps; step++) draws[row * steps + step] = random() * 2 ** 32;
  });
  return draws;
}

/** The tokens of each row's prompt, a bit each. */
function occurrences(rows: readonly DecoderRow[], vocabulary: number): tf.Tensor2D {
  const words = Math.ceil(vocabulary / 32);
  const bits = new Int32Array(rows.length * words);
  rows.forEach(({ ids }, row) => {
    for (const token of ids) bits[row * words + (token >>> 5)]! |= 1 << (token & 31);
  });
  return tf.tensor2d(bits, [rows.length, words], "int32");
}

/** @throws RangeError if the model's heads do not fit the shaders, which read four numbers at a time. */
function checkHeads({ name, config }: Gpt2): void {
  const headWidth = config.width / config.heads;
  if (tf.getBackend() !== "webgpu") return;
  if (headWidth % 4 === 0 && headWidth <= WIDEST_HEAD && config.inner % 4 === 0) return;
  throw new RangeError(
    `${name} has heads of ${headWidth} and an inner width of ${config.inner}; on webgpu both must be multiples of 4, and heads at most ${WIDEST_HEAD} wide: use wasm`,
  );
}
