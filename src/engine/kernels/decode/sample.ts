/** Draws each row's next token where the logits lie, with the semantics of generate/sampler.ts. */
import * as tf from "@tensorflow/tfjs-core";
import {
  areFinite,
  distributionOf,
  sampleToken,
  type SamplerSettings,
} from "../../generate/sampler";
import { normal, whole } from "../example";
import { defineKernel } from "../kernel";
import { hostIntegers, hostView } from "./host-view";
import { DRAWN, readRows, ROW_FIELDS } from "./rows";
import { LANES, sampleShader } from "./sample-shader";

interface Sample extends Record<string, tf.Tensor | undefined> {
  readonly logits: tf.Tensor2D; // [live, vocabulary]
  readonly rows: tf.Tensor2D; // int32 [live, 4]
  /** u·2³² as the bits of an unsigned integer: mulberry32's draws exactly. int32 [rows, steps] */
  readonly draws: tf.Tensor2D;
  readonly tokens: tf.Tensor2D; // int32 [rows, steps]
  /** Bit t of a row: token t occurred. int32 [rows, ⌈vocabulary/32⌉]; absent without a repetition penalty. */
  readonly seen: tf.Tensor2D | undefined;
}

/** What `sampleNext` writes where logits are not finite. */
export const NO_TOKEN = -1;

/**
 * tokens[row, drawn] = the token at u = draws[row, drawn]/2³² of the row's distribution; `seen` learns it, and `rows` counts
 * it. → tokens, rows and seen, changed in place.
 * The seed alone decides, on every backend; the device's float32 may move the edges of the distribution by about 1e-6.
 */
export const sampleNext = defineKernel<Sample, SamplerSettings, tf.Tensor2D[]>({
  name: "decodeSample",
  plain: ({ logits, rows, draws, tokens, seen }, settings) => {
    const [, vocabulary] = logits.shape;
    const [, steps] = tokens.shape;
    const all = hostView(logits);
    const [uniform, picked] = [hostIntegers(draws), hostIntegers(tokens)];
    const table = hostIntegers(rows);
    for (const [i, { row, drawn }] of readRows(table).entries()) {
      table[ROW_FIELDS * i + DRAWN] = drawn + 1;
      const bits =
        seen && hostIntegers(seen).subarray(row * seen.shape[1], (row + 1) * seen.shape[1]);
      const own = all.subarray(i * vocabulary, (i + 1) * vocabulary);
      const at = row * steps + drawn;
      if (!areFinite(own)) {
        picked[at] = NO_TOKEN;
        continue;
      }
      const distribution = distributionOf(own, settings, bits ? membersOf(bits) : []);
      const token = sampleToken(distribution, () => (uniform[at]! >>> 0) / 2 ** 32);
      picked[at] = token;
      if (bits) bits[token >>> 5]! |= 1 << (token & 31);
    }
    return [tokens, rows, ...(seen ? [seen] : [])].map((tensor) => tf.clone(tensor));
  },
  webgpu: (gpu, { logits, rows, draws, tokens, seen }, settings) => {
    const [live, vocabulary] = logits.shape;
    const { temperature, topK, topP, repetitionPenalty = 1 } = settings;
    const outputs = [rows, tokens, ...(seen ? [seen] : [])];
    gpu.run(seen ? SHADERS.penalised : SHADERS.plain, {
      inputs: [logits, draws],
      outputs,
      uniforms: {
        vocabulary,
        steps: tokens.shape[1],
        block: Math.ceil(vocabulary / LANES),
        greedy: temperature === 0 ? 1 : 0,
        temperature: Math.max(temperature, 1e-30), // 0 in float32 below 1e-45
        top_k: topK < vocabulary ? topK : 0,
        dropped: Math.min(2 ** 32 - 1, Math.round((1 - topP) * 2 ** 32)),
        penalty: repetitionPenalty,
      },
      groups: [live],
    });
    return [tokens, rows, ...(seen ? [seen] : [])].map((tensor) => gpu.share(tensor, tensor.shape));
  },
  examples: () => EXAMPLES.map(({ title, ...settings }) => example(title, settings)),
});

const SHADERS = { plain: sampleShader(false), penalised: sampleShader(true) };

const EXAMPLES: readonly (SamplerSettings & { title: string; size?: number })[] = [
  { title: "greedy", temperature: 0, topK: 0, topP: 1 },
  { title: "all tokens", temperature: 1, topK: 0, topP: 1 },
  { title: "fewer tokens than lanes", temperature: 0.8, topK: 5, topP: 0.7, size: 101 },
  { title: "top-k", temperature: 1.5, topK: 20, topP: 1 },
  { title: "top-p", temperature: 1, topK: 0, topP: 0.6 },
  { title: "top-k and top-p", temperature: 0.7, topK: 50, topP: 0.9 },
  { title: "penalised", temperature: 0.9, topK: 30, topP: 0.8, repetitionPenalty: 1.3 },
  { title: "greedy, penalised", temperature: 0, topK: 0, topP: 1, repetitionPenalty: 2 },
];

/** 3 of 4 rows, the second of whole numbers, so that many tokens tie at the thresholds. */
function example(title: string, { size = 1000, ...settings }: SamplerSettings & { size?: number }) {
  const logits = normal("logits", [3, size], 3);
  for (let i = size; i < 2 * size; i++) logits.values[i] = Math.round(logits.values[i]! / 2);
  const words = Math.ceil(size / 32);
  return {
    title,
    inputs: {
      logits,
      rows: { shape: [3, 4], values: Int32Array.of(2, 0, 1, 1, 3, 0, 1, 0, 0, 0, 1, 1) },
      draws: whole("draws", [4, 2], 2 ** 31),
      tokens: { shape: [4, 2], values: new Int32Array(8) },
      seen:
        settings.repetitionPenalty === undefined
          ? undefined
          : whole("seen", [4, words], 2 ** (size % 32 || 31)),
    },
    attributes: settings,
  };
}

function membersOf(bits: Int32Array): number[] {
  const members: number[] = [];
  bits.forEach((word, i) => {
    for (let bit = 0; bit < 32; bit++) if ((word >>> bit) & 1) members.push(32 * i + bit);
  });
  return members;
}
